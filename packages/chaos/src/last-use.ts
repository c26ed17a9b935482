import type { Act, Conversation, Facts } from "./facts.js";
import { containing } from "./intervals.js";
import type { Bounds } from "./terms.js";

export interface Use {
  readonly at: number;
  /** For the report. */
  readonly why: string;
}

/** Refusals after which the change may be stored all the same. */
const openCodes = new Set(["store-unavailable", "internal-error", "outcome-unknown"]);

export const mayHaveWorked = ({ outcome, code }: Act): boolean =>
  outcome === "answered" ||
  outcome === "unclear" ||
  (outcome === "refused" && code !== undefined && openCodes.has(code));

/** A request that a frozen server got is carried out when the server wakes, though its client has long given up. */
export function effectOf(act: Act, pauses: Facts["pauses"]): number {
  if (act.outcome !== "unclear") return act.endedAt;
  const pause = containing(pauses[act.server] ?? [], act.endedAt);
  return pause === undefined ? act.endedAt : pause[1];
}

/**
 * The last moment at which a client that holds this conversation, or is asking for one and may yet be given it, used
 * it legitimately. All that bills after it, and after the deadlines that start with it, is the broker's fault.
 *
 * @param acts - Those of the conversation's consumer.
 */
export function lastUse(
  conversation: Conversation,
  acts: readonly Act[],
  { pauses, conversations }: Pick<Facts, "pauses" | "conversations">,
  bounds: Bounds,
): Use {
  let use: Use = { at: conversation.startedAt, why: "its start" };
  for (const act of acts) {
    const at = usedAt(conversation, act, pauses, bounds);
    if (at !== undefined && at > use.at) use = { at, why: `${act.kind} of ${act.page}, ${act.outcome}` };
  }
  const over = overAt(conversation, acts, conversations);
  return over !== undefined && over.at < use.at ? over : use;
}

function usedAt(conversation: Conversation, act: Act, pauses: Facts["pauses"], bounds: Bounds): number | undefined {
  const { id, startedAt, endedAt } = conversation;
  if (act.kind === "keepalive") {
    const meant = act.conversation === undefined ? effectOf(act, pauses) >= startedAt : act.conversation === id;
    return meant && mayHaveWorked(act) ? effectOf(act, pauses) : undefined;
  }
  if (act.kind !== "start") return undefined;
  if (act.outcome === "answered") return act.conversation === id ? act.endedAt : undefined;
  if (act.outcome === "unsent" || act.sentAt > (endedAt ?? Number.POSITIVE_INFINITY)) return undefined;
  const effect = effectOf(act, pauses);
  if (effect < startedAt) return undefined;
  // Refused for good, it can only have been the start that made this conversation, or one that waited for it.
  const waited = act.sentAt <= startedAt + bounds.answer * 1000;
  return mayHaveWorked(act) || waited ? effect : undefined;
}

/** The moment at which its consumer was told that it is over, or was given another one. */
function overAt(
  conversation: Conversation,
  acts: readonly Act[],
  conversations: readonly Conversation[],
): Use | undefined {
  const told = acts
    .filter(({ kind, conversation: id }) => kind === "stop" && id === conversation.id)
    .filter(({ outcome, state }) => outcome === "answered" && (state === "ended" || state === "stopping"))
    .map(({ endedAt }): Use => ({ at: endedAt, why: "a stop was answered" }));
  const granted = new Set(acts.filter(({ kind }) => kind === "start").map((act) => act.conversation));
  const next = conversations
    .filter((other) => other.consumer === conversation.consumer && other.startedAt > conversation.startedAt)
    .filter(({ id }) => granted.has(id))
    .map(({ startedAt }): Use => ({ at: startedAt, why: "its consumer was given another one" }));
  return [...told, ...next].sort((a, b) => a.at - b.at)[0];
}
