import { describe, expect, it } from "vitest";
import { allowanceOf } from "../src/bound.js";
import type { Act, Conversation, Facts, UpstreamCall } from "../src/facts.js";
import { act, at, bounds, conversation, facts, quiet } from "./made.js";

const allowed = (one: Conversation, acts: readonly Act[], more: Partial<Facts> = {}, keepAlive = true) =>
  allowanceOf(one, acts, facts({ conversations: [one], ...more }), bounds, { keepAlive });
const spoiled = (seconds: number, more: Partial<UpstreamCall> = {}): UpstreamCall => ({
  at: at(seconds),
  operation: "stopConversation",
  conversation: "con_1",
  spoiled: true,
  holdsMs: 0,
  ...more,
});
const one = conversation(10, 30);
const given = [act("start", 11)];

describe("what a conversation may bill", () => {
  it("is its use and the broker's deadlines", () => {
    expect(allowed(one, given).seconds).toBeCloseTo(1 + quiet);
    expect(allowed(one, [...given, act("keepalive", 15)]).seconds).toBeCloseTo(5 + quiet);
  });

  it("is never more than it was started with", () => {
    expect(allowed(one, [act("keepalive", 44)]).seconds).toBe(one.maxSeconds);
  });

  it("takes longer when nobody was given it: its server may have been killed before it wrote it down", () => {
    expect(allowed(one, []).seconds).toBeCloseTo(quiet - bounds.idle + bounds.settle);
  });

  it("grows by the time in which nothing could be done, while it ran", () => {
    const outages = [[at(5), at(12)] as const, [at(15), at(17)] as const, [at(23), at(26)] as const];
    // After its last use at 11; the last one only because of those before it.
    expect(allowed(one, given, { outages }).parts.outage).toBeCloseTo(1 + 2 + 3);
  });

  it("does not grow by what came when it should have been stopped long ago", () => {
    const late = 11 + quiet + 0.5;
    expect(allowed(one, given, { outages: [[at(late), at(late + 5)]] }).parts.outage).toBe(0);
    expect(allowed(one, given, { calls: [spoiled(late)] }).parts.spoiled).toBe(0);
    const losses = [{ at: at(late), since: at(late), all: true }];
    expect(allowed({ ...one, joinedAt: at(12) }, given, { losses }).unbounded).toBeUndefined();
  });

  it("grows by each call about it that went wrong after its last use, and by the pause before the next", () => {
    const calls = [spoiled(14), spoiled(15, { holdsMs: 1_000 }), spoiled(18, { holdsMs: 1_000 })];
    // 1, 2 and 4 s of pauses; another server takes over when the lease of 2 s is over.
    expect(allowed(one, given, { calls }).parts.spoiled).toBeCloseTo(2 + 3 + 5);
  });

  it("does not grow by calls about others, before its last use, after its end, or that went well", () => {
    const calls = [spoiled(14, { conversation: "con_2" }), spoiled(10.5), spoiled(31), spoiled(14, { spoiled: false })];
    expect(allowed(one, given, { calls }).parts.spoiled).toBe(0);
  });

  it("grows by the trouble of lists only while it has to be found in them", () => {
    const listTrouble = [[at(12), at(14)] as const];
    expect(allowed(one, [], { listTrouble }).parts.search).toBeCloseTo(2 + 2);
    expect(allowed(one, given, { listTrouble }).parts.search).toBe(0);
  });
});

describe("after the store has lost data", () => {
  const loss = { at: at(20), since: at(20), all: true };
  const reconciles = [
    { sentAt: at(19), endedAt: at(21) },
    { sentAt: at(22), endedAt: at(24) },
  ];

  it("it is stopped by the first reconcile that was begun afterwards", () => {
    const { use, unbounded } = allowed(one, given, { losses: [loss], reconciles });
    expect(use.at).toBe(at(24));
    expect(unbounded).toBeUndefined();
  });

  it("it may run to its end if a consumer was in it, and pages send no keep-alives", () => {
    const left = [...given, act("leave", 19)];
    const unbounded = (joined: number, keepAlive: boolean) =>
      allowed({ ...one, joinedAt: at(joined) }, left, { losses: [loss], reconciles }, keepAlive).unbounded;
    expect(unbounded(12, false)).toBeDefined();
    expect(unbounded(21, false)).toBeUndefined();
    expect(unbounded(12, true)).toBeUndefined();
  });

  it("nothing changes for one that had ended, or had not begun", () => {
    const losses = [{ ...loss, at: at(31) }];
    expect(allowed(one, given, { losses, reconciles }).use.at).toBe(at(11));
    expect(allowed(one, given, { losses: [{ ...loss, at: at(9) }], reconciles }).use.at).toBe(at(11));
    // Nobody was given it: it may have been reserved before the loss and started after it.
    expect(allowed(one, [], { losses: [{ ...loss, at: at(9) }], reconciles }).use.at).toBe(at(21));
  });
});

describe("without keep-alives", () => {
  const joined = { ...one, joinedAt: at(12) };
  const unbounded = (acts: readonly Act[], of: Conversation = joined) =>
    allowed(of, acts, {}, false).unbounded !== undefined;

  it("nothing tells that a page which joined has gone", () => {
    expect(unbounded(given)).toBe(true);
    expect(unbounded(given, one)).toBe(false);
  });

  it("its leave and its stop do, once they are answered", () => {
    expect(unbounded([...given, act("leave", 20)])).toBe(false);
    expect(unbounded([...given, act("stop", 20, { state: "ended" })])).toBe(false);
    expect(unbounded([...given, act("leave", 20, { outcome: "unclear" })])).toBe(true);
    expect(unbounded([...given, act("leave", 20, { stale: true })])).toBe(true);
  });

  it("unless somebody came back", () => {
    expect(unbounded([...given, act("leave", 20), act("start", 20.5)])).toBe(true);
    expect(
      unbounded([...given, act("leave", 20), act("start", 20.5, { outcome: "refused", conversation: undefined })]),
    ).toBe(false);
  });
});
