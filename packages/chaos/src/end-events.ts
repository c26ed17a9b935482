import { earliestReservation, repairedAt } from "./bound.js";
import type { Violation } from "./checks.js";
import type { Act, Conversation, Facts } from "./facts.js";
import { grouped } from "./grouped.js";
import type { Bounds } from "./terms.js";

/** Largest difference between the events and the bill, in seconds: Equos' times are rounded. */
const TOLERANCE = 1;

/** Checks that the `conversation.ended` events of each conversation add up to its bill. One event may come repeatedly. */
export function checkEndEvents(
  facts: Pick<Facts, "conversations" | "acts" | "ends" | "losses" | "reconciles" | "to">,
  bounds: Bounds,
): { readonly violations: readonly Violation[]; readonly lost: number } {
  // A team bills the first delivery of an event.
  const events = new Map(facts.ends.toReversed().map((end) => [end.id, end]));
  const ends = grouped([...events.values()], ({ conversation }) => conversation);
  const acts = grouped(facts.acts, ({ consumer }) => consumer);
  const violations: Violation[] = [];
  let lost = 0;
  for (const conversation of facts.conversations) {
    const { id, consumer, endedAt, billedSeconds } = conversation;
    if (endedAt === undefined) continue;
    const mine = ends.get(id);
    const seconds = (mine ?? []).reduce((sum, end) => sum + end.seconds, 0);
    if (mine === undefined && isLost(conversation, endedAt, acts.get(consumer) ?? [], facts, bounds)) lost += 1;
    else if (mine === undefined || Math.abs(seconds - billedSeconds) > TOLERANCE) {
      const told = mine === undefined ? "no event told its end" : `events told ${seconds} s`;
      violations.push({
        kind: "wrong-events",
        text: `${id} billed ${billedSeconds.toFixed(1)} s, and ${told}`,
        conversations: [id],
      });
    }
  }
  return { violations, lost };
}

/** Whether a loss took its record, and it had ended before a reconcile could find it at Equos. */
function isLost(
  conversation: Conversation,
  endedAt: number,
  acts: readonly Act[],
  { losses, reconciles, to }: Pick<Facts, "losses" | "reconciles" | "to">,
  bounds: Bounds,
): boolean {
  const { startedAt } = conversation;
  const reservedAt = earliestReservation(conversation, acts, bounds);
  return losses.some((loss) => {
    // A failover keeps the records that are older than its copy.
    const isTaken = reservedAt <= loss.at && (loss.all || startedAt > loss.since);
    return isTaken && endedAt <= (repairedAt(loss, startedAt, reconciles) ?? to);
  });
}
