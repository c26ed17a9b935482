import type { Violation } from "./checks.js";
import type { Conversation, Facts } from "./facts.js";
import { grouped } from "./grouped.js";
import type { Quota, Terms } from "./terms.js";

interface Charged {
  readonly conversation: Conversation;
  /** The earliest moment at which it can have been reserved. */
  readonly from: number;
}

/** Reserved seconds and starts never exceed their quotas, per consumer and overall. */
export function withinBudgets(facts: Facts, { perConsumer, overall }: Terms): Violation[] {
  const charged = chargedOf(facts);
  return [
    ...[...grouped(charged, ({ conversation }) => conversation.consumer)].flatMap(([consumer, mine]) => [
      ...overspent(consumer, mine, perConsumer.seconds, facts),
      ...overstarted(consumer, mine, perConsumer.starts, facts),
    ]),
    ...overspent("all consumers", charged, overall.seconds, facts),
  ];
}

/** A reservation is made after its consumer asked for it: that is how early it can have been charged. */
function chargedOf({ conversations, acts }: Facts): Charged[] {
  const starts = grouped(
    acts.filter(({ kind }) => kind === "start"),
    ({ consumer }) => consumer,
  );
  return conversations.map((conversation) => {
    // One that was sent by a server that woke up late has no start in flight any more: it may be of any window.
    const inFlight = (starts.get(conversation.consumer) ?? []).filter(
      ({ sentAt, endedAt }) => sentAt <= conversation.startedAt && conversation.startedAt <= endedAt,
    );
    const from = Math.min(...inFlight.map(({ sentAt }) => sentAt));
    return { conversation, from: inFlight.length === 0 ? Number.NEGATIVE_INFINITY : from };
  });
}

const windowOf = (at: number, { perSeconds }: Quota) => Math.floor(at / (perSeconds * 1000));

/** By window, those that were surely charged to it. Windows in which the store lost its counters say nothing. */
function windows(charged: readonly Charged[], quota: Quota, { losses }: Facts): Map<number, Charged[]> {
  const lost = new Set(losses.flatMap(({ since, at }) => [windowOf(since, quota), windowOf(at, quota)]));
  const surely = charged.filter(({ conversation, from }) => {
    const window = windowOf(conversation.startedAt, quota);
    return windowOf(from, quota) === window && !lost.has(window);
  });
  return grouped(surely, ({ conversation }) => windowOf(conversation.startedAt, quota));
}

function overspent(whose: string, charged: readonly Charged[], quota: Quota, facts: Facts): Violation[] {
  return [...windows(charged, quota, facts).values()].flatMap((inWindow) => {
    for (const { conversation } of inWindow) {
      const at = conversation.startedAt;
      const known = inWindow.filter((one) => one.conversation.startedAt <= at);
      // What has ended may have been settled already; what runs holds all that it may use. Settling rounds to a second.
      const reserved = known.reduce((sum, one) => sum + heldAt(one.conversation, at), 0);
      if (reserved <= quota.max + known.length) continue;
      const text = `${whose} had at least ${reserved.toFixed(1)} s reserved; the budget is ${quota.max} s`;
      return [{ kind: "over-budget", text, conversations: [conversation.id] }];
    }
    return [];
  });
}

function heldAt({ startedAt, endedAt, maxSeconds }: Conversation, at: number): number {
  return endedAt !== undefined && endedAt <= at ? (endedAt - startedAt) / 1000 : maxSeconds;
}

function overstarted(whose: string, charged: readonly Charged[], quota: Quota, facts: Facts): Violation[] {
  return [...windows(charged, quota, facts).values()].flatMap((inWindow) => {
    if (inWindow.length <= quota.max) return [];
    const text = `${whose} started ${inWindow.length} conversations in ${quota.perSeconds} s; the limit is ${quota.max}`;
    return [{ kind: "too-many-starts", text, conversations: inWindow.map(({ conversation }) => conversation.id) }];
  });
}
