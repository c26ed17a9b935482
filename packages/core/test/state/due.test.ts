import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expiresAt, nextDueAt } from "../../src/state/due.js";
import { EMPTY_STATE, KEEP_ENDED_MS } from "../../src/state/state.js";
import {
  GRACE,
  HEARTBEAT,
  inStatus,
  JOIN,
  LEASE,
  Life,
  MAX_SECONDS,
  RESERVED_FOR,
  reachable,
  seconds,
  starts,
  T0,
} from "./build.js";

const ENDS_AT = T0 + MAX_SECONDS * 1000;
const NEVER_FOUND_AT = T0 + RESERVED_FOR + MAX_SECONDS * 1000;
const DAY = 86_400_000;

/** Applies a call and returns the state after it. */
const after = (life: Life, ...calls: readonly ((life: Life) => unknown)[]) => {
  for (const call of calls) call(life);
  return life;
};
const joined = () => after(inStatus.running(), (life) => life.markJoined());
/** A replacement of `r1` whose server is gone before the team's hook has agreed. */
const replacing = () =>
  after(joined(), (life) => {
    life.reserve("r2", { fingerprint: "b", reservedForMs: 50_000 });
  });
const work = (kind: string, record: object = {}) => [{ kind, record: { reservation: "r1", ...record } }];
const stopped = (reason: string) => work("stop", { status: "stopping", reason, attempts: 1 });

/** Each deadline: when it is due to the ms, the work, and the record afterwards. */
const rows: readonly (readonly [row: string, has: () => Life, at: number, work: object[], record: object])[] = [
  [
    "reserved → unknown and held, with a search",
    inStatus.reserved,
    T0 + RESERVED_FOR,
    work("search"),
    { status: "unknown", held: true, findableAt: T0 + RESERVED_FOR },
  ],
  [
    "running, page closed → stopping",
    () => after(inStatus.running(), (life) => life.pageHide()),
    T0 + GRACE,
    stopped("page-closed"),
    { status: "stopping" },
  ],
  [
    "running, undelivered → stopping",
    () => after(inStatus.running(), (life) => life.undelivered(T0)),
    T0 + GRACE,
    stopped("undelivered"),
    { status: "stopping" },
  ],
  [
    "running, no heartbeat → stopping",
    () => after(inStatus.running(), (life) => life.heartbeat()),
    T0 + HEARTBEAT,
    stopped("heartbeat-timeout"),
    { status: "stopping" },
  ],
  ["running, past its end → stopping", joined, ENDS_AT + 2_000, stopped("max-duration"), { status: "stopping" }],
  ["running, not joined → check-join", inStatus.running, T0 + JOIN, work("check-join"), { status: "running" }],
  [
    "stopping, its server is gone → stop",
    inStatus.stopping,
    T0 + LEASE,
    work("stop", { attempts: 2 }),
    { status: "stopping" },
  ],
  [
    "stopping, retry → stop",
    () => after(inStatus.stopping(), (life) => life.retryLater("r1", 700)),
    T0 + 700,
    work("stop", { attempts: 2 }),
    { status: "stopping" },
  ],
  [
    "stopping, surely over → ended without confirmation",
    () => after(inStatus.stopping(), (life) => life.retryLater("r1", DAY)),
    ENDS_AT + 60_000,
    work("announce"),
    { status: "ended", reason: "owner", endedAt: ENDS_AT, seconds: MAX_SECONDS },
  ],
  ["unknown → search at once", inStatus.unknown, T0, work("search"), { status: "unknown", attempts: 1 }],
  [
    "unknown, retry → search",
    () => after(inStatus.unknown(), (life) => life.markMissed()),
    T0 + 5_000,
    work("search"),
    { status: "unknown" },
  ],
  [
    "unknown, nothing can run → never found",
    () => after(inStatus.unknown(), (life) => life.retryLater("r1", DAY)),
    NEVER_FOUND_AT,
    work("announce"),
    { status: "ended", reason: "never-found", seconds: 0, endedAt: NEVER_FOUND_AT },
  ],
  ["ended → announce at once", inStatus.ended, T0, work("announce"), { status: "ended" }],
  [
    "ended, retry → announce",
    () => after(inStatus.ended(), (life) => life.retryLater("r1", 900)),
    T0 + 900,
    work("announce"),
    { status: "ended" },
  ],
];

describe("due", () => {
  it.each(rows)("%s", (_, has, at, expected, record) => {
    const life = has();
    expect(nextDueAt(life.state)).toBe(at);
    expect(life.at(at - 1).due()).toEqual([]);
    expect(life.change).toBeUndefined();
    expect(life.at(at).due()).toMatchObject(expected);
    expect(life.record()).toMatchObject({ ...record, busyUntil: at + LEASE });
    expect(life.record().retryAt).toBeUndefined();
  });

  it("reserved, still with what it replaces → ended (not-started), and the former one goes on", () => {
    const life = replacing();
    expect(life.at(T0 + 50_000 - 1).due()).toEqual([]);
    expect(life.wait(1).due()).toEqual([]);
    expect(life.statuses()).toEqual({ r1: "running", r2: "ended" });
    expect(life.record("r2").reason).toBe("not-started");
  });

  it("the first deadline of several counts, and several records are handed out together", () => {
    const life = new Life();
    life.active = 3;
    life.start("r1").start("r2", { fingerprint: "b" });
    life.reserve("r3", { fingerprint: "c" });
    life.heartbeat({ reservation: "r1", heartbeatTimeoutMs: 80_000 });
    life.pageHide({ reservation: "r1" });
    expect(nextDueAt(life.state)).toBe(T0 + GRACE);
    const kinds = life.at(T0 + RESERVED_FOR).due();
    expect(kinds.map(({ kind, record }) => [kind, record.reservation, record.reason])).toEqual([
      ["stop", "r1", "page-closed"],
      ["check-join", "r2", undefined],
      ["search", "r3", undefined],
    ]);
  });

  it("a lease delays work", () => {
    for (const has of [inStatus.unknown, inStatus.ended]) {
      const life = has();
      expect(life.due()).toHaveLength(1);
      expect(nextDueAt(life.state)).toBe(T0 + LEASE);
      expect(life.at(T0 + LEASE - 1).due()).toEqual([]);
      expect(life.wait(1).due()).toMatchObject([{ record: { attempts: 2 } }]);
    }
  });

  it.each([
    ["scheduled stop", (life: Life) => life.pageHide(), T0 + JOIN + GRACE],
    ["heartbeat", (life: Life) => life.heartbeat({ heartbeatTimeoutMs: 4_000 }), T0 + JOIN + 4_000],
  ])("a lease delays no deadline: %s", (_, call, at) => {
    const life = inStatus.running().at(T0 + JOIN);
    expect(life.due()).toMatchObject([{ kind: "check-join" }]);
    call(life);
    expect(nextDueAt(life.state)).toBe(at);
    expect(life.at(at).due()).toMatchObject([{ kind: "stop" }]);
  });

  it("a lease delays no deadline: surely over, never found", () => {
    for (const [has, at] of [
      [inStatus.stopping, ENDS_AT + 60_000],
      [inStatus.unknown, NEVER_FOUND_AT],
    ] as const) {
      const life = has().at(at - 5_000);
      life.due();
      expect(life.record().busyUntil).toBe(at + 5_000);
      expect(nextDueAt(life.state)).toBe(at);
      life.at(at).due();
      expect(life.record().status).toBe("ended");
    }
  });

  it("a hand-out ends the lease of a check, and gives the new page its own join deadline", () => {
    const life = inStatus.running().at(T0 + JOIN);
    life.due();
    life.wait(1_000).resume("r2");
    expect(nextDueAt(life.state)).toBe(T0 + JOIN + 1_000 + JOIN);
  });

  it("joined meanwhile: nothing to check", () => {
    expect(nextDueAt(joined().state)).toBe(ENDS_AT + 2_000);
  });

  it("A13: nothing is due for states without live records or open announcements", () => {
    expect(nextDueAt(EMPTY_STATE)).toBeUndefined();
    expect(nextDueAt(after(inStatus.ended(), (life) => life.acknowledgeEnd()).state)).toBeUndefined();
    expect(nextDueAt(after(inStatus.reserved(), (life) => life.withdraw()).state)).toBeUndefined();
  });

  it("nextDueAt is the first time at which due has something to do", () => {
    const check = (life: Life) => {
      const { state } = life;
      const at = nextDueAt(state);
      if (at === undefined) {
        expect(life.at(T0 + 365 * DAY).due()).toEqual([]);
        expect(life.change).toBeUndefined();
        return;
      }
      expect(life.at(at - 1).due()).toEqual([]);
      expect(life.change).toBeUndefined();
      life.at(at).due();
      expect(life.change).toBeDefined();
      // Progress: what was due is not due again at the same time.
      expect(nextDueAt(life.state) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at);
    };
    fc.assert(fc.property(reachable, check), { numRuns: 500 });
  });

  it("sweeps alone bring every state to its end", () => {
    const check = (life: Life) => {
      let at = nextDueAt(life.state);
      for (let sweeps = 0; at !== undefined && sweeps < 1_000; sweeps += 1) {
        const works = life.at(Math.max(at, life.now)).due();
        for (const { kind, record } of works) if (kind === "announce") life.acknowledgeEnd(record.reservation);
        for (const { kind, record } of works) if (kind !== "announce") life.retryLater(record.reservation, 60_000);
        at = nextDueAt(life.state);
      }
      expect(at).toBeUndefined();
      for (const { status } of life.state.records) expect(status).toBe("ended");
    };
    fc.assert(fc.property(reachable, check), { numRuns: 100 });
  });
});

describe("expiresAt", () => {
  const expiry = ({ state, now }: Life) => expiresAt(state, now) - T0;

  it.each([
    ["nothing", () => new Life(), 600_000],
    ["reserved", inStatus.reserved, NEVER_FOUND_AT - T0 + 7 * DAY],
    ["running", inStatus.running, NEVER_FOUND_AT - T0 + 7 * DAY],
    ["ended, not announced", inStatus.ended, NEVER_FOUND_AT - T0 + 7 * DAY],
    ["ended, announced", () => after(inStatus.ended(), (life) => life.acknowledgeEnd()), KEEP_ENDED_MS],
    ["an end that is long overdue", () => inStatus.ended().wait(30 * DAY), 37 * DAY],
    [
      "a long window",
      () =>
        after(
          new Life(),
          (life) => life.reserve("r1", { quotas: [starts(3, { windowSeconds: 3_600 }), seconds(900)] }),
          (life) => life.withdraw(),
        ),
      3_600_000,
    ],
  ])("%s", (_, has, ms) => {
    expect(expiry(has())).toBe(ms);
  });

  it("is after all that is due", () => {
    const check = ({ state, now }: Life) => {
      expect(expiresAt(state, now)).toBeGreaterThanOrEqual(now + KEEP_ENDED_MS);
      expect(expiresAt(state, now)).toBeGreaterThan(nextDueAt(state) ?? 0);
      for (const window of state.usage) expect(expiresAt(state, now)).toBeGreaterThanOrEqual(window.expiresAt);
    };
    fc.assert(fc.property(reachable, check), { numRuns: 300 });
  });
});
