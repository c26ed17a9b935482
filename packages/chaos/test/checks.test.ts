import { describe, expect, it } from "vitest";
import {
  deliveredOf,
  endedMeansEnded,
  goneMeansGone,
  onePerConsumer,
  overMeansOver,
  ownersOnly,
  ownGrants,
  sentOnce,
  withinCapacity,
  withinMaxSeconds,
} from "../src/checks.js";
import { terms } from "../src/terms.js";
import { act, at, conversation, ended, facts } from "./made.js";

const first = conversation(10, 20);
const second = (from: number, more = {}) => conversation(from, 40, { id: "con_2", ...more });
const granted = (ended: number, id: string, consumer = "ada") => act("start", ended, { conversation: id, consumer });

describe("one conversation per consumer", () => {
  const judged = (from: number, grantedAt: number, more = {}) =>
    onePerConsumer(
      deliveredOf(
        facts({
          conversations: [first, second(from)],
          acts: [granted(11, "con_1"), granted(grantedAt, "con_2")],
          ...more,
        }),
      ),
    );

  it("flags two that ran at the same time in a client's hands", () => {
    expect(judged(15, 16)).toMatchObject([{ kind: "two-at-once", conversations: ["con_1", "con_2"] }]);
  });

  it("does not flag one after the other, or one that nobody was given", () => {
    expect(judged(20, 21)).toEqual([]);
    expect(judged(15, 16, { acts: [granted(11, "con_1")] })).toEqual([]);
  });

  it("does not flag two consumers", () => {
    const conversations = [first, second(15, { consumer: "bob" })];
    const acts = [granted(11, "con_1"), granted(16, "con_2", "bob")];
    expect(onePerConsumer(deliveredOf(facts({ conversations, acts })))).toEqual([]);
  });

  it("does not flag what the store lost", () => {
    expect(judged(15, 16, { losses: [{ at: at(14), since: at(14), all: true }] })).toEqual([]);
    expect(judged(15, 16, { losses: [{ at: at(9), since: at(9), all: true }] })).toHaveLength(1);
  });
});

it("flags more delivered conversations than there are places", () => {
  const conversations = [0, 1, 2].map((index) =>
    conversation(10 + index, 20, { id: `con_${index}`, consumer: `${index}` }),
  );
  const acts = [0, 1, 2].map((index) => granted(13, `con_${index}`, `${index}`));
  const delivered = deliveredOf(facts({ conversations, acts }));
  expect(withinCapacity(delivered, 3)).toEqual([]);
  expect(withinCapacity(delivered, 2).map(({ kind }) => kind)).toContain("over-capacity");
  expect(withinCapacity(deliveredOf(facts({ conversations, acts: acts.slice(1) })), 2)).toEqual([]);
});

it("flags a grant of somebody else's conversation", () => {
  expect(ownGrants([first], [granted(11, "con_1")])).toEqual([]);
  expect(ownGrants([first], [granted(11, "con_1", "eve")])).toMatchObject([{ kind: "foreign-grant" }]);
  expect(ownGrants([first], [granted(11, "con_9")])).toMatchObject([{ kind: "foreign-grant" }]);
});

it("flags what bills past its maxSeconds, or was started with more than the limit", () => {
  const { maxSeconds } = terms;
  expect(withinMaxSeconds([conversation(0, maxSeconds)], terms)).toEqual([]);
  expect(withinMaxSeconds([conversation(0, maxSeconds + 2)], terms)).toHaveLength(1);
  expect(withinMaxSeconds([conversation(0, 5, { maxSeconds: maxSeconds + 1 })], terms)).toHaveLength(1);
});

it("flags a reservation that was sent twice, and one that cannot be found by its name", () => {
  expect(sentOnce([first, second(12)])).toEqual([]);
  expect(sentOnce([first, second(12, { reservation: first.reservation })])).toMatchObject([{ kind: "sent-twice" }]);
  expect(sentOnce([{ ...first, reservation: undefined }])).toMatchObject([{ kind: "unnamed" }]);
});

it('flags a stop that was answered "ended" while the conversation ran', () => {
  const stopped = (state: string, more = {}) => endedMeansEnded([first], [act("stop", 15, { state, ...more })]);
  expect(stopped("ended")).toMatchObject([{ kind: "unconfirmed-end" }]);
  expect(stopped("stopping")).toEqual([]);
  expect(stopped("ended", { endedAt: at(20.1) })).toEqual([]);
  expect(stopped("ended", { conversation: "con_9" })).toEqual([]);
});

it("flags a conversation that a late stop of an old page has ended", () => {
  const ends = [ended("con_1", "owner")];
  const stale = act("stop", 15, { stale: true, state: "ended" });
  expect(ownersOnly(ends, [act("start", 11), stale])).toMatchObject([{ kind: "stopped-by-none" }]);
  expect(ownersOnly(ends, [stale, act("stop", 16, { outcome: "unclear" })])).toEqual([]);
  const closed = [ended("con_1", "page-closed")];
  expect(ownersOnly(closed, [act("leave", 15, { stale: true })])).toHaveLength(1);
  expect(ownersOnly(closed, [act("leave", 15)])).toEqual([]);
  const unnamed = act("stop", 16, { conversation: undefined, outcome: "unclear" });
  expect(ownersOnly(ends, [act("start", 11), unnamed])).toEqual([]);
});

it("flags a conversation that was stopped as undelivered while a page had it", () => {
  const ends = [ended("con_1", "undelivered")];
  const gone = (more: Partial<Parameters<typeof facts>[0]>) =>
    goneMeansGone(facts({ conversations: [first], ends, ...more }));
  expect(gone({ acts: [granted(11, "con_1")] })).toMatchObject([{ kind: "taken-away" }]);
  expect(gone({ acts: [act("start", 11, { conversation: undefined, outcome: "unclear" })] })).toEqual([]);
  const two = [act("start", 11, { delivery: 1 }), act("start", 12, { delivery: 2, page: "ada/2" })];
  expect(gone({ acts: [...two, act("leave", 13)] })).toHaveLength(1);
  expect(gone({ acts: [...two, act("leave", 13, { page: "ada/2" })] })).toEqual([]);
  expect(gone({ acts: [granted(11, "con_1")], ends: [ended("con_1", "page-closed")] })).toEqual([]);
  const losses = [{ at: at(12), since: at(10), all: false }];
  expect(gone({ acts: [granted(11, "con_1")], losses })).toEqual([]);
});

it("flags a grant of a conversation whose stop had been answered", () => {
  const judged = (...acts: ReturnType<typeof act>[]) => overMeansOver(facts({ conversations: [first], acts }));
  const stopped = act("stop", 15, { state: "ended" });
  expect(judged(stopped, granted(16, "con_1"))).toMatchObject([{ kind: "handed-out-again" }]);
  expect(judged(stopped, granted(14, "con_1"), granted(16, "con_2"))).toEqual([]);
  expect(judged(act("stop", 15, { state: "running" }), granted(16, "con_1"))).toEqual([]);
  // In flight together: the grant may be older than the stop.
  expect(judged(stopped, act("start", 16, { sentAt: at(14) }))).toEqual([]);
});
