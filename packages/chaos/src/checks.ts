import type { Act, Conversation, Ended, Facts } from "./facts.js";
import { grouped } from "./grouped.js";
import { mayHaveWorked } from "./last-use.js";
import type { Terms } from "./terms.js";

export interface Violation {
  readonly kind: string;
  readonly text: string;
  /** Conversations that it is about, for their timelines. */
  readonly conversations: readonly string[];
}

/** A conversation that a client was given, and from when. */
export interface Delivered {
  readonly conversation: Conversation;
  readonly from: number;
  readonly to: number;
}

/** Limits hold as long as the store does: conversations that a loss went through are left out. */
export function deliveredOf({ conversations, acts, losses, to }: Facts): Delivered[] {
  const grantedAt = new Map<string, number>();
  for (const { kind, outcome, conversation, endedAt } of acts) {
    if (kind !== "start" || outcome !== "answered" || conversation === undefined) continue;
    grantedAt.set(conversation, Math.min(endedAt, grantedAt.get(conversation) ?? Number.POSITIVE_INFINITY));
  }
  return conversations.flatMap((conversation) => {
    const from = grantedAt.get(conversation.id);
    const end = conversation.endedAt ?? to;
    const lost = losses.some(({ at }) => conversation.startedAt <= at && at <= end);
    return from === undefined || from >= end || lost ? [] : [{ conversation, from, to: end }];
  });
}

/** No consumer ever held two conversations that ran. */
export function onePerConsumer(delivered: readonly Delivered[]): Violation[] {
  return [...grouped(delivered, ({ conversation }) => conversation.consumer)].flatMap(([consumer, mine]) => {
    const sorted = mine.sort((a, b) => a.from - b.from);
    return sorted.flatMap((one, index) => {
      const both = sorted.slice(0, index).find((earlier) => earlier.to > one.from);
      if (both === undefined) return [];
      const ids = [both.conversation.id, one.conversation.id];
      return [
        { kind: "two-at-once", text: `${consumer} held ${ids.join(" and ")} at the same time`, conversations: ids },
      ];
    });
  });
}

/** No grant was ever readable by another consumer. */
export function ownGrants(conversations: readonly Conversation[], acts: readonly Act[]): Violation[] {
  const owners = new Map(conversations.map(({ id, consumer }) => [id, consumer]));
  return acts.flatMap(({ kind, outcome, consumer, conversation: id = "nothing" }) => {
    if (kind !== "start" || outcome !== "answered" || owners.get(id) === consumer) return [];
    const text = `${consumer} was given ${id}, which Equos started for ${owners.get(id) ?? "nobody"}`;
    return [{ kind: "foreign-grant", text, conversations: [id] }];
  });
}

/** Never more conversations in clients' hands than places. */
export function withinCapacity(delivered: readonly Delivered[], places: number): Violation[] {
  return delivered.flatMap((one) => {
    const running = delivered.filter(({ from, to }) => from <= one.from && one.from < to);
    if (running.length <= places) return [];
    const text = `${running.length} delivered conversations ran at once; there are ${places} places`;
    return [{ kind: "over-capacity", text, conversations: [one.conversation.id] }];
  });
}

/** Nothing is asked to run, and nothing runs, for longer than the limits say. */
export function withinMaxSeconds(conversations: readonly Conversation[], { maxSeconds }: Terms): Violation[] {
  return conversations
    .filter((one) => one.billedSeconds > one.maxSeconds + 1 || one.maxSeconds > maxSeconds)
    .map(({ id, billedSeconds, maxSeconds: asked }) => ({
      kind: "max-seconds",
      text: `${id} billed ${billedSeconds} s, started with maxSeconds ${asked}; the limit is ${maxSeconds}`,
      conversations: [id],
    }));
}

/** A reservation is sent once: the upstream API would start, and bill, a second one. */
export function sentOnce(conversations: readonly Conversation[]): Violation[] {
  const seen = new Map<string, string>();
  return conversations.flatMap(({ id, reservation }) => {
    if (reservation === undefined) {
      return [{ kind: "unnamed", text: `${id} has no reservation in its upstream name`, conversations: [id] }];
    }
    const first = seen.get(reservation);
    seen.set(reservation, id);
    if (first === undefined) return [];
    return [{ kind: "sent-twice", text: `${first} and ${id} come of one reservation`, conversations: [first, id] }];
  });
}

/** An owner's stop that was answered `ended` has ended it. */
export function endedMeansEnded(conversations: readonly Conversation[], acts: readonly Act[]): Violation[] {
  const byId = new Map(conversations.map((one) => [one.id, one]));
  return acts.flatMap(({ kind, outcome, state, conversation: id, endedAt }) => {
    const one = kind === "stop" && outcome === "answered" && state === "ended" ? byId.get(id ?? "") : undefined;
    if (one === undefined || (one.endedAt !== undefined && one.endedAt <= endedAt)) return [];
    return [
      {
        kind: "unconfirmed-end",
        text: `A stop of ${one.id} was answered "ended" while it ran`,
        conversations: [one.id],
      },
    ];
  });
}

/** A late stop, or page end, of a page that another page took over from ends nothing. */
export function ownersOnly(ends: readonly Ended[], acts: readonly Act[]): Violation[] {
  const kinds = new Map([
    ["owner", "stop"],
    ["page-closed", "leave"],
  ]);
  const current = acts.filter(({ stale }) => stale !== true);
  const asked = new Set(current.map(({ kind, conversation }) => `${kind} ${conversation}`));
  // A stop that names none means whatever its consumer has.
  const unnamed = new Set(
    current.filter((act) => act.conversation === undefined).map(({ kind, consumer }) => `${kind} ${consumer}`),
  );
  const consumerOf = new Map(acts.map(({ conversation, consumer }) => [conversation, consumer]));
  return ends
    .map(({ reason, conversation }) => ({ conversation, kind: kinds.get(reason) }))
    .filter(({ kind, conversation }) => kind !== undefined && !asked.has(`${kind} ${conversation}`))
    .filter(({ kind, conversation }) => !unnamed.has(`${kind} ${consumerOf.get(conversation)}`))
    .map(({ kind, conversation }) => ({
      kind: "stopped-by-none",
      text: `${conversation} ended by a ${kind}, and no page that held it last asked for that`,
      conversations: [conversation],
    }));
}

/** What was stopped as undelivered had reached no page, or the page that had it last has left. */
export function goneMeansGone({ ends, acts, conversations, losses, to }: Facts): Violation[] {
  const gone = new Set(ends.filter(({ reason }) => reason === "undelivered").map((end) => end.conversation));
  return conversations.flatMap(({ id, startedAt, endedAt = to }) => {
    const lost = losses.some(({ at }) => startedAt <= at && at <= endedAt);
    if (!gone.has(id) || lost) return [];
    const mine = acts.filter((act) => act.conversation === id);
    const given = mine
      .filter((act) => act.kind === "start" && act.endedAt <= endedAt)
      .sort((a, b) => (a.delivery ?? 0) - (b.delivery ?? 0))
      .at(-1);
    const hasLeft = mine.some((act) => act.kind === "leave" && act.page === given?.page && mayHaveWorked(act));
    if (given === undefined || hasLeft) return [];
    const text = `${id} was stopped as if its grant had reached no page; ${given.page} had it`;
    return [{ kind: "taken-away", text, conversations: [id] }];
  });
}

/** What its consumer was told has ended is never handed out again. */
export function overMeansOver({ acts, conversations, losses, to }: Facts): Violation[] {
  const told = new Map<string, number>();
  for (const { kind, outcome, state, conversation: id, endedAt } of acts) {
    if (kind !== "stop" || outcome !== "answered" || state !== "ended" || id === undefined) continue;
    told.set(id, Math.min(endedAt, told.get(id) ?? Number.POSITIVE_INFINITY));
  }
  const startedAt = new Map(conversations.map((one) => [one.id, one.startedAt]));
  return acts.flatMap(({ kind, outcome, conversation: id = "", sentAt, page }) => {
    const over = told.get(id);
    if (kind !== "start" || outcome !== "answered" || over === undefined || sentAt <= over) return [];
    // The store may have lost that it was stopped.
    if (losses.some(({ at }) => (startedAt.get(id) ?? 0) <= at && at <= to)) return [];
    const text = `${page} was given ${id}, whose stop had been answered "ended"`;
    return [{ kind: "handed-out-again", text, conversations: [id] }];
  });
}
