import { type Fault, fault } from "@equos-broker/emulator";

export const operations = [
  "startConversation",
  "stopConversation",
  "getConversationById",
  "listConversations",
] as const;

export type Operation = (typeof operations)[number];

/** One way in which a call goes wrong. */
export interface FaultKind {
  readonly name: string;
  readonly weight: number;
  readonly fault: Fault;
  /** What was asked for is not done, or the caller cannot know that it was. */
  readonly spoils: boolean;
  /** How long the caller waits, unless it gives up first. */
  readonly holdsMs: number;
}

const FOREVER = Number.POSITIVE_INFINITY;

const kind = (name: string, made: Fault, more: Partial<FaultKind> = {}): FaultKind => ({
  name,
  weight: 1,
  fault: made,
  spoils: true,
  holdsMs: 0,
  ...more,
});
const late = (ms: number) => kind(`delay ${ms}`, fault.delay(ms), { holdsMs: ms });

/** What can happen to a call of any operation. The first is what an outage looks like. */
const anywhere = [
  kind("503", fault.status(503)),
  kind("500", fault.status(500)),
  kind("429", fault.tooMany(1)),
  kind("html", fault.html()),
  kind("truncated", fault.truncated()),
  kind("half", fault.half()),
  kind("drop", fault.drop(), { weight: 2 }),
  kind("silence", fault.silence(), { holdsMs: FOREVER }),
  kind("redirect", fault.redirect("http://127.0.0.1:9/v3/elsewhere")),
  late(400),
  late(2_500),
] as const;

/** It is done, and the caller does not learn that: a start then runs and bills. */
const afterwards = [
  kind("done, 503", fault.afterCreate.status(503)),
  kind("done, html", fault.afterCreate.html()),
  kind("done, empty", fault.afterCreate.empty()),
  kind("done, truncated", fault.afterCreate.truncated()),
  kind("done, drop", fault.afterCreate.drop(), { weight: 2 }),
  kind("done, silence", fault.afterCreate.silence(), { holdsMs: FOREVER }),
  kind("done, redirect", fault.afterCreate.redirect("http://127.0.0.1:9/v3/elsewhere")),
] as const;

/**
 * Every kind of fault, by operation. Left out is only what no caller could see through: a refused start that runs
 * (a 4xx, or one without an id, says that nothing does), and a get that denies a conversation which runs.
 */
export const faultKinds: Readonly<Record<Operation, readonly FaultKind[]>> = {
  startConversation: [
    ...anywhere,
    ...afterwards,
    kind("400", fault.status(400)),
    kind("402", fault.status(402)),
    kind("empty", fault.empty()),
    kind("no server url", fault.nullServerUrl()),
    kind("no token", fault.nullToken()),
    // Between the two deadlines of a start, and past both.
    kind("done, late 2200", fault.afterCreate.delay(2_200), { weight: 2, holdsMs: 2_200 }),
    kind("done, late 4500", fault.afterCreate.delay(4_500), { weight: 2, holdsMs: 4_500 }),
  ],
  stopConversation: [
    ...anywhere,
    ...afterwards.map((one) => ({ ...one, spoils: false })),
    // Equos answers like this for one that it does not know: whoever believes it leaves a conversation running.
    kind("empty", fault.empty(), { weight: 2 }),
    kind("null", { status: 201, body: "null", after: "refuse" }, { weight: 2 }),
    kind("404", fault.status(404)),
    kind("still running", { status: 201, body: { status: "running" }, after: "refuse" }),
  ],
  getConversationById: [...anywhere],
  listConversations: [
    ...anywhere,
    kind("empty", fault.empty()),
    kind(
      "not a list",
      fault.answer(() => ({ conversations: "many" })),
    ),
  ],
};
