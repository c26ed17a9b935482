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
  while (low < high) {
    high = Math.max(low, high - PAGE);
    yield (await upstream.list(client, high)).conversations;
    if (low >= high) return;
    yield (await upstream.list(client, low)).conversations;
    low += PAGE;
  }
}
