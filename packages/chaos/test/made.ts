import type { Act, Conversation, Ended, Facts } from "../src/facts.js";
import { boundsOf, terms } from "../src/terms.js";

export const bounds = boundsOf(terms);
/** What a conversation may bill after its last use when nothing goes wrong, in seconds. */
export const quiet =
  bounds.idle + bounds.sweep + bounds.answer + bounds.claim + bounds.lease + bounds.store + bounds.slack;

/** Times in the tests are seconds after this. */
const epoch = 1_000_000_000_000;
export const at = (seconds: number): number => epoch + seconds * 1000;

/** A conversation of Ada's that ran from one second to another one. */
export function conversation(from: number, to: number | undefined, more: Partial<Conversation> = {}): Conversation {
  return {
    id: "con_1",
    reservation: `reservation of ${more.id ?? "con_1"}`,
    consumer: "ada",
    startedAt: at(from),
    endedAt: to === undefined ? undefined : at(to),
    joinedAt: undefined,
    maxSeconds: terms.maxSeconds,
    billedSeconds: (to ?? 1_000) - from,
    ranOut: false,
    ...more,
  };
}

/** An act of Ada's page that took a tenth of a second. */
export function act(kind: Act["kind"], ended: number, more: Partial<Act> = {}): Act {
  return {
    kind,
    consumer: "ada",
    page: "ada/1",
    server: 0,
    sentAt: at(ended - 0.1),
    endedAt: at(ended),
    outcome: "answered",
    conversation: "con_1",
    ...more,
  };
}

/** The event about the end of a conversation. */
export const ended = (conversation: string, reason: string, seconds = 10): Ended => ({
  id: `event of ${conversation}`,
  conversation,
  reason,
  seconds,
});

export function facts(more: Partial<Facts> = {}): Facts {
  return {
    from: at(0),
    to: at(1_000),
    conversations: [],
    acts: [],
    calls: [],
    losses: [],
    reconciles: [],
    ends: [],
    outages: [],
    listTrouble: [],
    pauses: [[], [], []],
    ...more,
  };
}
