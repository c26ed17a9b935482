import { type Allowance, allowanceOf, type Mode } from "./bound.js";
import { withinBudgets } from "./budget.js";
import {
  deliveredOf,
  endedMeansEnded,
  goneMeansGone,
  onePerConsumer,
  overMeansOver,
  ownersOnly,
  ownGrants,
  sentOnce,
  type Violation,
  withinCapacity,
  withinMaxSeconds,
} from "./checks.js";
import { checkEndEvents } from "./end-events.js";
import type { Conversation, Facts } from "./facts.js";
import { grouped } from "./grouped.js";
import type { Bounds, Terms } from "./terms.js";

/** What a conversation billed, and what it may have. */
export interface Bill {
  readonly conversation: Conversation;
  readonly allowance: Allowance;
}

export interface Verdict {
  readonly bills: readonly Bill[];
  /** Billed past their bound, and then stopped by a broker. */
  readonly overruns: readonly Bill[];
  /** Billed past their bound, and nobody ever stopped them. */
  readonly orphans: readonly Bill[];
  readonly violations: readonly Violation[];
  /** Ended conversations that can have no event, because the store lost their records. */
  readonly lostEnds: number;
}

/** What is wrong with what happened; everything that can be told from the facts alone. */
export function judge(facts: Facts, terms: Terms, bounds: Bounds, mode: Mode): Verdict {
  const bills = billsOf(facts, bounds, mode);
  const over = bills.filter((bill) => isOver(bill) || bill.conversation.endedAt === undefined);
  const events = checkEndEvents(facts, bounds);
  return {
    ...sorted(over),
    bills,
    lostEnds: events.lost,
    violations: [
      ...events.violations,
      ...violationsOf(facts, terms),
      ...withinMaxSeconds(facts.conversations, terms),
      ...sentOnce(facts.conversations),
      ...withinBudgets(facts, terms),
    ],
  };
}

/** No page waits longer for an answer. */
const LONGEST_ACT_MS = 30_000;

/** The same while the run goes on: what is wrong by now stays wrong. */
export function judgeSoFar(facts: Facts, terms: Terms, bounds: Bounds, mode: Mode): Verdict {
  const bills = billsOf(facts, bounds, mode);
  // What a page did is known when it is answered: until then an end may seem to be nobody's.
  const endedAt = new Map(facts.conversations.map((one) => [one.id, one.endedAt ?? facts.to]));
  const ends = facts.ends.filter((end) => (endedAt.get(end.conversation) ?? 0) <= facts.to - LONGEST_ACT_MS);
  return { ...sorted(bills.filter(isOver)), bills, lostEnds: 0, violations: violationsOf({ ...facts, ends }, terms) };
}

function billsOf(facts: Facts, bounds: Bounds, mode: Mode): Bill[] {
  const acts = grouped(facts.acts, ({ consumer }) => consumer);
  const spoiled = { ...facts, calls: facts.calls.filter((call) => call.spoiled) };
  return facts.conversations.map((conversation) => {
    const allowance = allowanceOf(conversation, acts.get(conversation.consumer) ?? [], spoiled, bounds, mode);
    return { conversation, allowance };
  });
}

const isOver = ({ conversation, allowance }: Bill) => conversation.billedSeconds > allowance.seconds;

function sorted(over: readonly Bill[]): Pick<Verdict, "overruns" | "orphans"> {
  const isOrphan = ({ conversation }: Bill) => conversation.endedAt === undefined || conversation.ranOut;
  return { overruns: over.filter((bill) => !isOrphan(bill)), orphans: over.filter(isOrphan) };
}

function violationsOf(facts: Facts, terms: Terms): Violation[] {
  const delivered = deliveredOf(facts);
  return [
    ...onePerConsumer(delivered),
    ...withinCapacity(delivered, terms.overall.active),
    ...ownGrants(facts.conversations, facts.acts),
    ...endedMeansEnded(facts.conversations, facts.acts),
    ...ownersOnly(facts.ends, facts.acts),
    ...goneMeansGone(facts),
    ...overMeansOver(facts),
  ];
}
