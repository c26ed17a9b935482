import type { Act, Conversation, Facts, Loss, UpstreamCall } from "./facts.js";
import { type Interval, overlap } from "./intervals.js";
import { effectOf, lastUse, type Use } from "./last-use.js";
import type { Bounds } from "./terms.js";

/** What a conversation may bill, and of what that is made up; in seconds. */
export interface Allowance {
  readonly seconds: number;
  /** Nothing but `maxSeconds` bounds it, for this reason. */
  readonly unbounded?: string;
  readonly use: Use;
  readonly parts: Readonly<Record<string, number>>;
}

/** The seed without keep-alives: there a page that joined is in the room until it says that it leaves. */
export interface Mode {
  readonly keepAlive: boolean;
}

/**
 * How long this conversation may have billed by `facts.to`. Trouble excuses it only as long as it may still run: what
 * comes when it should have been stopped long ago does not.
 */
export function allowanceOf(
  conversation: Conversation,
  acts: readonly Act[],
  facts: Omit<Facts, "acts" | "ends">,
  bounds: Bounds,
  mode: Mode,
): Allowance {
  const { startedAt, endedAt = facts.to } = conversation;
  const stayed = mode.keepAlive ? undefined : inTheRoom(conversation, acts, facts, bounds);
  const first = lastUse(conversation, acts, facts, bounds);
  let horizon = first.at;
  for (;;) {
    const { use, unbounded = stayed } = afterLosses(conversation, acts, facts, first, horizon, bounds, mode);
    const parts = partsOf(conversation, acts, facts, use, horizon, bounds);
    const seconds = Object.values(parts).reduce((sum, part) => sum + part, 0);
    if (unbounded !== undefined) return { seconds: conversation.maxSeconds, use, parts, unbounded };
    const until = Math.min(startedAt + seconds * 1000, endedAt);
    if (until <= horizon) return { seconds: Math.min(seconds, conversation.maxSeconds), use, parts };
    horizon = until;
  }
}

function partsOf(
  conversation: Conversation,
  acts: readonly Act[],
  { outages, calls, listTrouble }: Pick<Facts, "outages" | "calls" | "listTrouble">,
  use: Use,
  horizon: number,
  bounds: Bounds,
): Allowance["parts"] {
  const { id, startedAt } = conversation;
  const delivered = acts.some(({ kind, conversation: granted }) => kind === "start" && granted === id);
  return {
    used: (use.at - startedAt) / 1000,
    // Nobody was given it: its server may have been killed before it could write it down.
    idle: delivered ? bounds.idle : Math.max(bounds.idle, bounds.settle),
    sweep: bounds.sweep,
    answer: bounds.answer,
    lease: bounds.claim + bounds.lease,
    store: bounds.store,
    slack: bounds.slack,
    outage: lasted(outages, use.at, horizon) / 1000,
    spoiled: spoiledSeconds(conversation, use.at, horizon, calls, bounds),
    // One that was never written down is looked for in lists.
    search: delivered ? 0 : searchSeconds(startedAt, horizon, listTrouble, bounds),
  };
}

/** How long those lasted, after `from`, that had begun by `to`. */
function lasted(intervals: readonly Interval[], from: number, to: number): number {
  return overlap(
    intervals.filter(([start]) => start <= to),
    from,
    Number.POSITIVE_INFINITY,
  );
}

/** Calls about it that went wrong after its last use: how long each kept its caller, and the pause before the next. */
function spoiledSeconds(
  { id }: Conversation,
  from: number,
  to: number,
  calls: readonly UpstreamCall[],
  bounds: Bounds,
): number {
  const spoiled = calls.filter((call) => call.spoiled && call.conversation === id && call.at <= to);
  return spoiled.reduce((sum, call, index) => {
    if (call.at + call.holdsMs < from) return sum;
    // Its server may be killed while it waits: then another one comes when the lease is over.
    return sum + Math.max(call.holdsMs / 1000 + pauseAfter(index, bounds), bounds.lease);
  }, 0);
}

function searchSeconds(from: number, to: number, trouble: Facts["listTrouble"], bounds: Bounds): number {
  const met = trouble.filter(([start, end]) => start <= to && end >= from);
  const pauses = met.reduce((sum, _, index) => sum + pauseAfter(index + 1, bounds), 0);
  return lasted(met, from, to) / 1000 + pauses;
}

const pauseAfter = (failures: number, { backoff }: Bounds): number =>
  backoff[Math.min(failures, backoff.length - 1)] ?? 0;

/**
 * A conversation that ran while the store lost data: the first complete reconcile stops it. If a consumer was in it, the
 * reconcile imports it instead: with a deadline for the next keep-alive if its page has promised them, or else to its
 * `maxSeconds`.
 */
function afterLosses(
  conversation: Conversation,
  acts: readonly Act[],
  { losses, reconciles, to }: Pick<Facts, "losses" | "reconciles" | "to">,
  use: Use,
  horizon: number,
  bounds: Bounds,
  { keepAlive }: Mode,
): { readonly use: Use; readonly unbounded?: string } {
  const { startedAt, endedAt = Number.POSITIVE_INFINITY, joinedAt } = conversation;
  const reservedAt = earliestReservation(conversation, acts, bounds);
  const loss = losses.filter(({ at }) => reservedAt <= at && at <= Math.min(horizon, endedAt)).at(-1);
  if (loss === undefined) return { use };
  if (!keepAlive && joinedAt !== undefined && joinedAt <= loss.at) {
    return { use, unbounded: "a consumer was in it when the store lost it" };
  }
  const repaired = repairedAt(loss, startedAt, reconciles) ?? to;
  return repaired > use.at ? { use: { at: repaired, why: "the reconcile after a loss" } } : { use };
}

/** A loss before the start may have taken the reservation, unless the conversation was handed out. */
export function earliestReservation({ id, startedAt }: Conversation, acts: readonly Act[], bounds: Bounds): number {
  const isDelivered = acts.some(
    ({ kind, outcome, conversation }) => kind === "start" && outcome === "answered" && conversation === id,
  );
  return isDelivered ? startedAt : startedAt - bounds.settle * 1000;
}

/** When a reconcile was complete that began after the loss and after the conversation's start. */
export const repairedAt = (loss: Loss, startedAt: number, reconciles: Facts["reconciles"]): number | undefined =>
  reconciles.find(({ sentAt }) => sentAt >= Math.max(loss.at, startedAt))?.endedAt;

/** Why nothing tells the broker that the page has gone, where pages send no keep-alives. */
function inTheRoom(
  { id, startedAt, joinedAt }: Conversation,
  acts: readonly Act[],
  { pauses }: Pick<Facts, "pauses">,
  bounds: Bounds,
): string | undefined {
  if (joinedAt === undefined) return undefined;
  const mine = acts.filter((act) => act.conversation === id && act.outcome === "answered");
  if (mine.some(({ kind, state }) => kind === "stop" && (state === "ended" || state === "stopping"))) return undefined;
  const left = mine.filter(({ kind, stale }) => kind === "leave" && stale !== true).at(-1);
  if (left === undefined) return "its page joined, and never said that it left";
  const graceOver = left.endedAt + (bounds.idle + bounds.sweep) * 1000;
  const back = acts.some((act) => {
    if (act.kind !== "start" || act.sentAt > graceOver) return false;
    // A delivery that reached nobody may be the latest one, also for a leave that comes after it.
    if (act.outcome === "unclear") return effectOf(act, pauses) >= startedAt;
    return act.conversation === id && act.endedAt >= left.sentAt;
  });
  return back ? "its page left, and somebody came back" : undefined;
}
