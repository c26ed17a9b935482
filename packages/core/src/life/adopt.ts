import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { tell } from "./announce.js";
import { stopUpstream } from "./end.js";
import { newPayload } from "./payload.js";
import type { Tag } from "./tag.js";
import { termsOf } from "./terms.js";

/** Nothing lasts longer, where upstream does not say how long it may. */
const DAY_SECONDS = 86_400;

/**
 * Takes a conversation that runs without being in the books into them, for the one who is in it: it ends at its
 * `maxSeconds`, or when its owner stops it. Its owner is upstream's consumer; upstream knows nothing of tenants.
 */
export async function adopt(parts: Parts, books: Books, seen: SeenConversation, tag: Tag): Promise<void> {
  if (await hasAnother(parts, books, seen, tag)) return await stopOrphan(parts, books, seen, tag);
  const record = await enter(parts, books, seen, tag);
  if (record !== undefined) await tell(parts, books, record, { type: "conversation.adopted" });
}

/** Who may have one only, and has started another since, has left this one. */
async function hasAnother(parts: Parts, books: Books, seen: SeenConversation, tag: Tag): Promise<boolean> {
  const { limits } = parts.options;
  if (typeof limits === "object" && (limits.perConsumer?.active ?? 1) > 1) return false;
  const { claim } = await books.step("find", { claim: { consumer: await ownerOf(books, seen, tag) } });
  return claim !== "none";
}

/** Upstream knows nothing of tenants: whose tenant's it was is not known, so it is nobody's, for none has that name. */
function ownerOf(books: Books, { consumerIdentity = "" }: SeenConversation, { tenant }: Tag): string | Promise<string> {
  return books.digests.consumer({ identity: consumerIdentity, ...(tenant ? { tenant: "\0" } : {}) });
}

/** Stops one that runs without being in the books, with nobody in it: through the books, so that it is stopped for sure. */
export async function stopOrphan(parts: Parts, books: Books, seen: SeenConversation, tag: Tag): Promise<void> {
  const record = await enter(parts, books, seen, tag, "orphan");
  if (record !== undefined) await stopUpstream(parts, books, record);
}

/** `undefined`: it has got into the books meanwhile. */
async function enter(
  parts: Parts,
  books: Books,
  seen: SeenConversation,
  tag: Tag,
  reason?: EndReason,
): Promise<LedgerRecord | undefined> {
  const consumer = { identity: seen.consumerIdentity ?? "" };
  const { reservation } = tag;
  const digest = await ownerOf(books, seen, tag);
  const payload = newPayload(consumer, { character: "", client: "", keepsAlive: false });
  const now = parts.clock.now();
  const step = await books.step("adopt", {
    reservation,
    conversation: seen.id,
    consumer: digest,
    payload: await parts.payloads.write(payload, books.id, { reservation, consumer: digest }),
    maxSeconds: seen.maxSeconds ?? DAY_SECONDS,
    elapsedMs: Math.max(0, now - (seen.startedAt ?? now)),
    terms: termsOf(parts),
    reason,
  });
  parts.wake();
  return step?.moved ? step.record : undefined;
}
