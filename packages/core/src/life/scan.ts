import type { SeenConversation } from "../upstream/conversation.js";
import { PAGE, type Upstream } from "../upstream/upstream.js";

/**
 * All conversations of a `client` segment, or of the organization, page by page: both ends first and then inwards,
 * because Equos does not say in which order it lists, and what is looked for is mostly among the newest.
 */
export async function* conversationsOf(
  upstream: Upstream,
  client: string | undefined,
): AsyncGenerator<readonly SeenConversation[]> {
  const { total, conversations } = await upstream.list(client, 0);
  yield conversations;
  let low = PAGE;
  let high = total;
  let totalIsTrue = true;
  while (low < high) {
    if (totalIsTrue) {
      high = Math.max(low, high - PAGE);
      const upper = await upstream.list(client, high);
      yield upper.conversations;
      // Otherwise the lower end alone says where the list stops.
      totalIsTrue = upper.conversations.length > 0;
      if (totalIsTrue && low >= high) return;
    }
    const lower = await upstream.list(client, low);
    if (lower.conversations.length === 0) return;
    yield lower.conversations;
    low += PAGE;
  }
}
