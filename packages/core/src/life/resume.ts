import { timeOver, within } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { ReserveOutcome } from "../ledger/reservation.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { tell } from "./announce.js";
import type { Delivery } from "./delivery.js";
import { endConversation } from "./end.js";
import { lookInto } from "./look.js";
import type { Payload } from "./payload.js";

type Resumed = Extract<ReserveOutcome, { outcome: "resumed" }>;

/** Upstream is asked about a conversation that is resumed at most this often. */
export const CHECK_EVERY_MS = 5_000;
/** A page that reloads does not wait longer for that. */
const CHECK_SECONDS = 3;

/**
 * The grant of the consumer's running conversation once more. `undefined`: nobody can join with it, and it is over or
 * being stopped; the caller reserves again.
 */
export async function resume(parts: Parts, books: Books, resumed: Resumed): Promise<Delivery | undefined> {
  const { record, delivery } = resumed;
  const payload = await parts.payloads.read(record, books.id);
  const { grant } = payload ?? {};
  const unusable = reasonAgainst(record, grant?.consumerAccessToken, payload === undefined, parts.clock.now());
  if (grant === undefined || unusable !== undefined) {
    await books.step("stop", { claim: { reservation: record.reservation }, reason: unusable ?? "orphan" });
    return undefined;
  }
  if (await isOver(parts, books, record, resumed.check, payload)) return undefined;
  await tell(parts, books, record, { type: "conversation.resumed", delivery }, payload);
  return { grant, number: delivery, resumed: true, reservation: record.reservation, books, quotas: [] };
}

/** Unreadable is not absent: what cannot be handed out still runs, and is stopped before another one starts. */
function reasonAgainst(
  { joined }: LedgerRecord,
  token: string | undefined,
  unreadable: boolean,
  now: number,
): EndReason | undefined {
  if (unreadable) return "unreadable";
  // It ran on without the books, and nobody has its token any more.
  if (token === undefined) return "orphan";
  const expiry = expiryOf(token);
  // Whoever is in the room stays there, whatever becomes of the token that let them in.
  return !joined && expiry !== undefined && expiry <= now ? "token-spent" : undefined;
}

/** The `exp` of a JWT in ms; `undefined` without one. */
function expiryOf(token: string): number | undefined {
  try {
    const claims = token.split(".")[1] ?? "";
    const parsed: unknown = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof parsed !== "object" || parsed === null || !("exp" in parsed)) return undefined;
    return typeof parsed.exp === "number" ? parsed.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Whether upstream says that it does not run. It is asked rarely, by one caller for all, and an error is no answer. */
export async function isOver(
  parts: Parts,
  books: Books,
  record: LedgerRecord,
  check: boolean,
  payload?: Payload | undefined,
): Promise<boolean> {
  const { checks, clock } = parts;
  const { reservation } = record;
  if (!check && !checks.underWay(reservation)) return false;
  const checking = checks.run(reservation, () => askUpstream(parts, books, record, payload).catch(() => false));
  const outcome = await within(clock, CHECK_SECONDS, parts.track(checking));
  return outcome !== timeOver && outcome;
}

async function askUpstream(
  parts: Parts,
  books: Books,
  record: LedgerRecord,
  payload: Payload | undefined,
): Promise<boolean> {
  const look = await lookInto(parts, books, record, payload);
  if (look.says !== "over" && look.says !== "nothing") return false;
  await endConversation(parts, books, record, "upstream", look.says === "over" ? look.conversation : {});
  return true;
}
