import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConversationStatus, MAX_ACTIVE } from "../../src/state/state.js";
import {
  FINDABLE,
  inStatus,
  JOIN,
  Life,
  MAX_SECONDS,
  RESERVED_FOR,
  reachable,
  released,
  STATUSES,
  seconds,
  starts,
  T0,
} from "./build.js";

type Request = NonNullable<Parameters<Life["reserve"]>[1]>;

const other = { fingerprint: "b" } as const;
const same = (same: "resume" | "reject" | "replace") => ({ onConflict: { same, different: "replace" } }) as const;
const rejected = { ...other, onConflict: { same: "resume", different: "reject" } } as const;
const replaces = (reservation: string, reason: string) => ({
  outcome: "reserved",
  replaces: [{ reservation, reason }],
});
const past = (life: Life) => life.at(T0 + MAX_SECONDS * 1000);
const stopped = (ms: number) => inStatus.stopping().wait(ms);
const unusable = (reason: "token-expired" | "corrupt-record") => ({ unusable: { r1: reason } });
/** `r1` to `r3` run at the same time, each with another fingerprint. */
const three = () =>
  ["r1", "r2", "r3"].reduce((life, id) => life.wait(1).start(id, { fingerprint: `f${id}`, active: 3 }), new Life());
/** Starts that searches have missed: they block nothing, and may still run. The consumer then has one more, `r1`. */
const missedStarts = (count: number, status?: ConversationStatus) => () => {
  const life = new Life();
  for (let index = 0; index < count; index += 1) {
    life.reserve(`r-${index}`, { fingerprint: `f${index}` });
    life.markUnknown(`r-${index}`, life.now);
    life.markMissed(`r-${index}`);
    life.wait(10_000).markMissed(`r-${index}`);
  }
  return status === undefined ? life : inStatus[status](life);
};
/** Two unknown starts of others; the first one can be released 8 s before the second one. */
const twoUnknown = () => {
  const life = inStatus.unknown();
  life.wait(8_000).reserve("r2", { fingerprint: "c", active: 2 });
  life.markUnknown("r2", T0 + 8_000 + FINDABLE);
  return life;
};
const missedOnce = () => {
  const life = inStatus.unknown().at(T0 + FINDABLE - 4_000);
  life.markMissed();
  return life.wait(3_000);
};
const reservedThenRunning = () => {
  const life = inStatus.reserved();
  return life.start("r2", { fingerprint: "c", active: 2 }).wait(5_000);
};

const token = { route: "token" } as const;
const anew = { forceNew: true } as const;
const waited = { waitedFor: "r1" } as const;
const last = () => past(inStatus.running()).wait(-1);
const ended = () => past(inStatus.running());
const long = () => ended().wait(60_000);
const plan = (...ids: string[]) => ({ replaces: ids.map((reservation) => ({ reservation, reason: "replaced" })) });
const cooldown = (retryAfterMs: number) => ({ outcome: "cooldown", retryAfterMs });

/** A text as outcome stands for itself, whatever comes with it. "next row" rows show that the row does not apply. */
const rows: readonly (readonly [row: string, has: () => Life, says: Request, outcome: string | object])[] = [
  ["2: same, reserved → pending", inStatus.reserved, {}, { outcome: "pending", reservation: "r1" }],
  ["2: same, reserved, forceNew → pending", inStatus.reserved, anew, "pending"],
  ["3: same, unknown and held → in-doubt", inStatus.unknown, {}, { outcome: "in-doubt", retryAfterMs: FINDABLE }],
  ["3: same, missed 3 s ago → in-doubt", missedOnce, {}, { outcome: "in-doubt", retryAfterMs: 7_000 }],
  ["3: same, unknown and not held → next row", released, {}, { outcome: "reserved", replaces: [] }],
  ["4: same cooling down, token → cooldown", () => stopped(0), token, cooldown(10_000)],
  ["4: same, last ms of the cooldown, token → cooldown", () => stopped(9_999), token, cooldown(1_000)],
  ["4: same, after the cooldown, token → next row", () => stopped(10_000), token, "reserved"],
  ["4: same cooling down, start → next row", () => stopped(0), {}, "reserved"],
  ["4: same cooling down, a new one runs, token → next row", () => stopped(0).start("r2"), token, "resumed"],
  ["4: another one cooling down, token → next row", () => stopped(0), { ...other, ...token }, "reserved"],
  ["4: same, past its end, token → cooldown", ended, token, cooldown(10_000)],
  ["4: same, past its end, waited for, token → cooldown", long, { ...token, ...waited }, cooldown(1_000)],
  ["5: waited for, reject → resumed", inStatus.running, { ...same("reject"), ...waited }, "resumed"],
  ["5: waited for, forceNew → resumed", inStatus.running, { ...anew, ...waited }, "resumed"],
  [
    "5: waited for, unusable → next row",
    inStatus.running,
    { ...unusable("token-expired"), ...waited },
    replaces("r1", "token-expired"),
  ],
  ["5: waited for another one → next row", inStatus.running, { ...same("reject"), waitedFor: "r0" }, "conflict"],
  ["6: same, past its end → replace (max-duration)", ended, same("reject"), replaces("r1", "max-duration")],
  ["6: same, 1 ms before its end → next row", last, same("reject"), "conflict"],
  ["7: same, token expires → replace", inStatus.running, unusable("token-expired"), replaces("r1", "token-expired")],
  ["7: same, unreadable → replace", inStatus.running, unusable("corrupt-record"), replaces("r1", "corrupt-record")],
  ["8: same, running, onConflict.same is resume → resumed", inStatus.running, {}, "resumed"],
  ["9: same, running, reject → conflict", inStatus.running, same("reject"), "conflict"],
  ["10: same, running, replace → replace", inStatus.running, same("replace"), replaces("r1", "replaced")],
  ["10: resume, forceNew → replace", inStatus.running, anew, replaces("r1", "replaced")],
  ["10: reject, forceNew → replace", inStatus.running, { ...same("reject"), ...anew }, replaces("r1", "replaced")],
  ["11: another one reserved, reject → conflict", inStatus.reserved, rejected, { outcome: "conflict", check: false }],
  ["11: another one running, reject → conflict", inStatus.running, rejected, "conflict"],
  ["11: of several, the running one → conflict", reservedThenRunning, rejected, { outcome: "conflict", check: true }],
  ["11: another one unknown, reject → conflict", inStatus.unknown, rejected, { outcome: "conflict", check: false }],
  ["11: another one not held → next row", released, rejected, "reserved"],
  ["11: another one stopping → next row", inStatus.stopping, rejected, "reserved"],
  ["11: fewer than active → next row", inStatus.running, { ...rejected, active: 2 }, "reserved"],
  ["11: same is replaced → next row", inStatus.running, { ...rejected, fingerprint: "a", ...anew }, "reserved"],
  ["12: another one running → replace", inStatus.running, other, replaces("r1", "replaced")],
  ["12: another one past its end → replace", ended, other, replaces("r1", "max-duration")],
  ["12: the oldest of three → replace", three, { ...other, active: 3 }, replaces("r1", "replaced")],
  ["12: the plan shrinks from three to one → replace all", three, other, plan("r1", "r2", "r3")],
  ["12: same, then the oldest → replace", three, { fingerprint: "fr3", ...anew, active: 2 }, plan("r3", "r1")],
  ["12: none to replace, reserved → pending", inStatus.reserved, other, { outcome: "pending", reservation: "r1" }],
  ["12: none to replace, unknown → in-doubt", inStatus.unknown, other, { outcome: "in-doubt", retryAfterMs: FINDABLE }],
  [
    "12: none to replace, two unknown → in-doubt",
    twoUnknown,
    other,
    { outcome: "in-doubt", retryAfterMs: FINDABLE - 8_000 },
  ],
  ["12: 20 missed starts that may run → in-doubt", missedStarts(MAX_ACTIVE), other, "in-doubt"],
  [
    "12: 19 missed starts and a reserved one → pending",
    missedStarts(19, "reserved"),
    { ...other, active: 2 },
    "pending",
  ],
  [
    "12: 19 missed starts and a running one → in-doubt",
    missedStarts(19, "running"),
    { ...other, active: 2 },
    "in-doubt",
  ],
  ["12: 19 missed starts, one is replaced → reserved", missedStarts(19, "running"), other, replaces("r1", "replaced")],
  ["12: 19 missed starts and one that stops → reserved", missedStarts(19, "stopping"), other, "reserved"],
  [
    "12: 18 missed starts and a running one → reserved",
    missedStarts(18, "running"),
    { ...other, active: 2 },
    "reserved",
  ],
  ["14: nothing → reserved", () => new Life(), {}, { outcome: "reserved", maxSeconds: MAX_SECONDS, replaces: [] }],
  ["14: same, ended → reserved", inStatus.ended, {}, "reserved"],
];

describe("reserve, row", () => {
  it("1: this very reservation, still reserved → reserved, with the same answer", () => {
    const life = inStatus.running();
    const request = { ...other, quotas: [seconds(100), starts(3)] };
    const first = life.reserve("r2", request);
    expect(first).toMatchObject({ maxSeconds: 100, ...replaces("r1", "replaced") });
    expect(life.wait(500).reserve("r2", request)).toEqual({
      ...first,
      readings: [expect.objectContaining({ left: 0 }), expect.objectContaining({ left: 2 })],
    });
    expect(life.change).toBeUndefined();
  });

  it.each(STATUSES.slice(1))("1: this very reservation, %s → reservation-used", (status) => {
    const life = inStatus[status]();
    expect(life.reserve("r1")).toEqual({ outcome: "reservation-used" });
    expect(life.change).toBeUndefined();
  });

  it.each(rows)("%s", (_, has, says, outcome) => {
    const life = has();
    const before = life.statuses();
    expect(life.reserve("new", says)).toMatchObject(typeof outcome === "string" ? { outcome } : outcome);
    // Nothing that runs is stopped by a decision about a start.
    expect(life.statuses()).toMatchObject(before);
  });
});

describe("reserve, row 13: limits", () => {
  const ip = starts(5, { name: "ip-starts", key: "ip:x", scope: "shared" });
  const global = seconds(1_000, { name: "global-seconds", key: "global", scope: "shared" });
  const window = (key: string) => `${key}:600:${T0 / 600_000}`;
  const limited = (by: string, retryAfterMs: number) => ({ outcome: "limited", by, retryAfterMs });

  it("starts: refuses until the window ends", () => {
    const life = new Life();
    life.reserve("r1", { quotas: [starts(1)] });
    const next = { ...other, active: 2, quotas: [starts(1)] };
    expect(life.at(T0 + 599_999).reserve("r2", next)).toMatchObject(limited("starts", 1));
    expect(life.change).toBeUndefined();
    expect(life.at(T0 + 600_000).reserve("r2", next)).toMatchObject({
      outcome: "reserved",
      readings: [{ name: "starts", limit: 1, left: 0, windowSeconds: 600, resetMs: 600_000 }],
    });
    expect(life.state.usage).toHaveLength(1);
  });

  it.each([
    [600, 700, 600],
    [600, 31, 31],
    [600, 30, 30],
    [600, 29, undefined],
    [20, 20, 20],
    [20, 19, undefined],
  ])("seconds: a start of %i s with %i s left gets %s", (maxSeconds, left, granted) => {
    const life = new Life();
    const outcome = life.reserve("r1", { maxSeconds, quotas: [seconds(left)] });
    if (granted === undefined) expect(outcome).toMatchObject(limited("seconds", 600_000));
    else expect(outcome).toMatchObject({ outcome: "reserved", maxSeconds: granted });
    expect(life.state.usage.map(({ used }) => used)).toEqual(granted === undefined ? [] : [granted]);
  });

  it("charges one amount to all seconds quotas, and bounds only the shared ones", () => {
    const life = new Life();
    life.reserve("r1", { quotas: [global, seconds(100), ip, starts(9)] });
    const expiresAt = T0 + 600_000;
    expect(life.change?.counters).toEqual([
      { key: window("global"), add: 100, bound: 1_000, expiresAt },
      { key: window("ip:x"), add: 1, bound: 5, expiresAt },
    ]);
    expect(life.record().charges?.map(({ amount }) => amount)).toEqual([100, 100, 1, 1]);
    expect(life.record().maxSeconds).toBe(100);
  });

  it("uses what the store has reported as limit-reached", () => {
    const request = { quotas: [ip, global], sets: [{ set: "all", limit: 3 }, { set: "open" }] };
    const ask = (counters: readonly (readonly [string, number])[]) =>
      new Life().reserve("r1", request, new Map(counters));
    expect(ask([[window("ip:x"), 5]])).toMatchObject(limited("ip-starts", 600_000));
    expect(ask([[window("ip:x"), 4]])).toMatchObject({ outcome: "reserved", maxSeconds: 600, readings: [] });
    expect(ask([[window("global"), 950]])).toMatchObject({ outcome: "reserved", maxSeconds: 50 });
    expect(ask([[window("global"), 971]])).toMatchObject(limited("global-seconds", 600_000));
    expect(ask([["all", 3]])).toMatchObject(limited("all", 0));
    expect(ask([["all", 2]])).toMatchObject({ outcome: "reserved" });
    expect(ask([["open", 1_000]])).toMatchObject({ outcome: "reserved" });
  });

  it("puts a start into its sets until nothing of it can run, without the ones it replaces", () => {
    const life = inStatus.running();
    life.reserve("r2", { ...other, sets: [{ set: "all", limit: 3 }] });
    const until = T0 + RESERVED_FOR + MAX_SECONDS * 1000 + 60_000;
    expect(life.change).toMatchObject({
      start: true,
      members: [{ set: "all", id: "r2", until, bound: 3, ignoring: ["r1"] }],
      setSealed: { r2: "sealed r2" },
    });
  });
});

describe("reserve", () => {
  it("hands out a rising generation, the time at least, with a join deadline of its own", () => {
    const life = inStatus.running();
    expect(life.record().firstGeneration).toBe(T0);
    expect(life.resume("r2")).toBe(T0 + 1);
    expect(life.wait(9_000).resume("r3")).toBe(T0 + 9_000);
    expect(life.record()).toMatchObject({ joinBy: T0 + 9_000 + JOIN });
    expect(life.record().recipients?.map(({ caller }) => caller)).toEqual(["r1", "r2", "r3"]);
  });

  it.each(["resume", "reject"] as const)("%s: lets one caller per 5 s ask Equos", (policy) => {
    const life = inStatus.running();
    const ask = (id: string) => life.reserve(id, same(policy));
    expect(life.at(T0 + 4_999) && ask("r2")).toMatchObject({ check: false });
    expect(life.at(T0 + 5_000) && ask("r3")).toMatchObject({ check: true });
    expect(life.at(T0 + 9_999) && ask("r4")).toMatchObject({ check: false });
    expect(life.at(T0 + 10_000) && ask("r5")).toMatchObject({ check: true });
  });

  it("B4: the former conversation runs until the hook has agreed, and goes on if it refuses", () => {
    const life = inStatus.running();
    life.reserve("r2", other);
    const refused = life.fork();
    refused.withdraw("r2");
    expect(refused.statuses()).toEqual({ r1: "running", r2: "ended" });
    expect(refused.record().stoppedAt).toBeUndefined();
    expect(life.replace("r2")).toMatchObject([{ reservation: "r1", status: "stopping", reason: "replaced" }]);
    expect(life.statuses()).toEqual({ r1: "stopping", r2: "reserved" });
  });

  it("B5: a withdrawn reservation blocks nothing", () => {
    const life = inStatus.reserved();
    life.withdraw();
    expect(life.reserve("r2")).toMatchObject({ outcome: "reserved" });
  });

  it("no outcome but reserved changes anything besides a hand-out and the time of a check", () => {
    const policies = fc.record({
      fingerprint: fc.constantFrom("a", "b", "c", "d"),
      route: fc.constantFrom("start", "token"),
      forceNew: fc.boolean(),
      active: fc.integer({ min: 1, max: 3 }),
      onConflict: fc.record({
        same: fc.constantFrom("resume", "reject", "replace"),
        different: fc.constantFrom("replace", "reject"),
      }),
      quotas: fc.constantFrom([], [starts(2)], [seconds(700)]),
    });
    const handOut = /^(recipients|scheduledStop|joinBy|heartbeatBy|checkedAt|attempts|retryAt|busyUntil)$/;
    const isChanged = (left: object, right: object) =>
      Object.entries({ ...left, ...right }).filter(
        ([key]) => JSON.stringify(Reflect.get(left, key)) !== JSON.stringify(Reflect.get(right, key)),
      );
    const check = (life: Life, request: Request) => {
      const before = life.state;
      const { outcome } = life.reserve("new", request);
      const kept = before.records.filter(({ reservation }) => life.statuses()[reservation] !== undefined);
      if (outcome === "reserved") {
        expect(life.state.records.slice(0, -1)).toEqual(kept);
        return;
      }
      const { change } = life;
      if (change === undefined) return;
      expect(["resumed", "conflict"]).toContain(outcome);
      const { state, deleteAliases: _, ...writes } = change;
      expect(Object.values(writes).every((write) => write === undefined)).toBe(true);
      if (outcome === "conflict") expect(state.generation).toBe(before.generation);
      expect(state.records).toHaveLength(kept.length);
      const touched = state.records.filter((record, index) => record !== kept[index]);
      expect(touched).toHaveLength(1);
      for (const record of touched) {
        const former = before.records.find(({ reservation }) => reservation === record.reservation) ?? {};
        for (const [key] of isChanged(former, record))
          expect(key).toMatch(outcome === "resumed" ? handOut : /^checkedAt$/);
      }
    };
    fc.assert(fc.property(reachable, policies, check), { numRuns: 400 });
  });
});
