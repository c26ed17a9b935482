/* Builds states by calling the real functions in sequence, as the services do. */
import fc from "fast-check";
import { due } from "../../src/state/due.js";
import {
  type HeartbeatRequest,
  heartbeat,
  type PageHideRequest,
  pageHide,
  undelivered,
} from "../../src/state/presence.js";
import type { Quota } from "../../src/state/quotas.js";
import { type ReserveRequest, reserve } from "../../src/state/reserve.js";
import {
  type Change,
  type ConsumerState,
  type ConversationRecord,
  type ConversationStatus,
  type Decision,
  EMPTY_STATE,
} from "../../src/state/state.js";
import {
  acknowledgeEnd,
  type CommitRequest,
  commit,
  type EndRequest,
  type ImportRequest,
  importConversation,
  markEnded,
  markJoined,
  markMissed,
  markUnknown,
  requestReplacements,
  requestStop,
  retryLater,
  type StopRequest,
  withdraw,
} from "../../src/state/transitions.js";

/** The start of every test, in ms. A multiple of all windows that the tests use. */
export const T0 = 1_800_000_000_000;
export const LEASE = 10_000;
export const GRACE = 3_000;
export const JOIN = 60_000;
export const HEARTBEAT = 90_000;
export const RESERVED_FOR = 100_000;
export const FINDABLE = 75_000;
export const MAX_SECONDS = 600;

const quota = { scope: "consumer", windowSeconds: 600 } as const;
export const starts = (limit: number, more: Partial<Quota> = {}): Quota => ({
  ...quota,
  name: "starts",
  unit: "starts",
  key: "starts",
  limit,
  ...more,
});
export const seconds = (limit: number, more: Partial<Quota> = {}): Quota => ({
  ...quota,
  name: "seconds",
  unit: "seconds",
  key: "seconds",
  limit,
  ...more,
});

type Counters = ReadonlyMap<string, number>;

/** One consumer's state and the store's clock. Each method stores the next state and returns the outcome. */
export class Life {
  state: ConsumerState = EMPTY_STATE;
  now = T0;
  /** `perConsumer.active` of its starts. */
  active = 1;
  /** What the latest decision has to write. */
  change: Change | undefined;

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  at(now: number): this {
    this.now = now;
    return this;
  }

  fork(): Life {
    return Object.assign(new Life(), { state: this.state, now: this.now, active: this.active });
  }

  record(reservation = "r1"): ConversationRecord {
    const record = this.state.records.find((candidate) => candidate.reservation === reservation);
    if (record === undefined) throw new Error(`There is no record ${reservation}.`);
    return record;
  }

  statuses(): Record<string, ConversationStatus> {
    return Object.fromEntries(this.state.records.map(({ reservation, status }) => [reservation, status]));
  }

  apply<T>({ outcome, change }: Decision<T>): T {
    this.change = change;
    if (change !== undefined) this.state = deepFreeze(change.state);
    return outcome;
  }

  reserve(reservation = "r1", more: Partial<ReserveRequest> = {}, counters?: Counters) {
    const request: ReserveRequest = {
      reservation,
      fingerprint: "a",
      sealed: `sealed ${reservation}`,
      route: "start",
      forceNew: false,
      onConflict: { same: "resume", different: "replace" },
      maxSeconds: MAX_SECONDS,
      active: this.active,
      quotas: [],
      sets: [],
      sendsHeartbeats: false,
      joinTimeoutMs: JOIN,
      reservedForMs: RESERVED_FOR,
      ...more,
    };
    return this.apply(reserve(this.state, request, this.now, counters));
  }

  replace = (reservation: string) =>
    this.apply(requestReplacements(this.state, { reservation, leaseMs: LEASE }, this.now));

  commit(reservation = "r1", more: Partial<CommitRequest> = {}) {
    const id = reservation.slice(1);
    const ids = { reservation, conversation: `c${id}`, token: `t${id}` };
    const times = { maxSeconds: MAX_SECONDS, joinTimeoutMs: JOIN, leaseMs: LEASE };
    return this.apply(commit(this.state, { ...ids, ...times, sealed: `payload ${id}`, ...more }, this.now));
  }

  /** A whole start: reserved, agreed to, and answered. */
  start(reservation = "r1", more: Partial<ReserveRequest> = {}): this {
    this.reserve(reservation, more);
    this.replace(reservation);
    this.commit(reservation);
    return this;
  }

  /** A hand-out of the running conversation. Returns its generation. */
  resume(caller: string, more: Partial<ReserveRequest> = {}): number {
    const outcome = this.reserve(caller, more);
    if (outcome.outcome !== "resumed") throw new Error(`The start was ${outcome.outcome}.`);
    return outcome.generation;
  }

  withdraw = (reservation = "r1") => this.apply(withdraw(this.state, { reservation, graceMs: GRACE }, this.now));
  markUnknown = (reservation = "r1", findableAt = T0 + FINDABLE) =>
    this.apply(markUnknown(this.state, { reservation, findableAt }, this.now));
  markMissed = (reservation = "r1", begunAt = this.now) =>
    this.apply(markMissed(this.state, { reservation, begunAt, retryAfterMs: 5_000 }, this.now));
  requestStop = (more: Partial<StopRequest> = { reservation: "r1" }) =>
    this.apply(requestStop(this.state, { reason: "owner", leaseMs: LEASE, ...more }, this.now));
  markJoined = (reservation = "r1") => this.apply(markJoined(this.state, { reservation }, this.now));
  markEnded = (more: Partial<EndRequest> = {}) =>
    this.apply(markEnded(this.state, { reservation: "r1", reason: "upstream", ...more }, this.now));
  acknowledgeEnd = (reservation = "r1") => this.apply(acknowledgeEnd(this.state, { reservation }, this.now));
  retryLater = (reservation = "r1", afterMs = 5_000) =>
    this.apply(retryLater(this.state, { reservation, afterMs }, this.now));
  due = () => this.apply(due(this.state, LEASE, this.now));
  undelivered = (generation: number, reservation = "r1") =>
    this.apply(undelivered(this.state, { reservation, generation, graceMs: GRACE }, this.now));
  pageHide = (more: Partial<PageHideRequest> = { reservation: "r1" }) =>
    this.apply(pageHide(this.state, { graceMs: GRACE, ...more }, this.now));
  heartbeat = (more: Partial<HeartbeatRequest> = { reservation: "r1" }) =>
    this.apply(heartbeat(this.state, { heartbeatTimeoutMs: HEARTBEAT, ...more }, this.now));

  import(reservation = "r1", more: Partial<ImportRequest> = {}) {
    const times = { startedAt: this.now - 20_000, maxSeconds: MAX_SECONDS, leaseMs: LEASE };
    const request = { reservation, conversation: `c${reservation.slice(1)}`, ...times, ...more };
    return this.apply(importConversation(this.state, request, this.now));
  }
}

/** Record `r1` in each status. */
export const inStatus: Readonly<Record<ConversationStatus, (life?: Life) => Life>> = {
  reserved: (life = new Life()) => {
    life.reserve();
    return life;
  },
  running: (life = new Life()) => life.start(),
  unknown: (life = new Life()) => {
    life.reserve();
    life.markUnknown();
    return life;
  },
  stopping: (life = new Life()) => {
    life.start().requestStop();
    return life;
  },
  ended: (life = new Life()) => {
    life.start().markEnded();
    return life;
  },
};

export const STATUSES = ["reserved", "running", "unknown", "stopping", "ended"] as const;

/** An unknown start that two searches have missed: it blocks nothing any more. */
export function released(life = new Life()): Life {
  inStatus
    .unknown(life)
    .at(T0 + FINDABLE)
    .markMissed();
  life.wait(10_000).markMissed();
  return life;
}

type Step = readonly [delay: number, what: number, which: number, variant: number];

const STEPS: readonly ((life: Life, on: string, variant: number) => void)[] = [
  ...[1, 2, 3].map(() => (life: Life, on: string, variant: number) => {
    const own = variant % 9 === 0 ? on : `r${life.state.records.length}-${life.now}`;
    life.reserve(own, {
      fingerprint: ["a", "b", "c"][variant % 3] ?? "a",
      route: variant % 5 === 0 ? "token" : "start",
      forceNew: variant % 7 === 0,
      onConflict: {
        same: (["resume", "reject", "replace"] as const)[variant % 4] ?? "resume",
        different: variant % 6 === 0 ? "reject" : "replace",
      },
      waitedFor: variant % 8 === 0 ? on : undefined,
      unusable: variant % 10 === 0 ? { [on]: "token-expired" } : undefined,
      active: 1 + (variant % 3),
      quotas: [starts(20), seconds(3_000), seconds(9_000, { name: "ip", key: "ip", scope: "shared" })],
      sets: [{ set: "all", limit: 100 }],
      sendsHeartbeats: variant % 2 === 0,
    });
  }),
  (life, on) => life.replace(on),
  ...[1, 2].map(() => (life: Life, on: string, variant: number) => {
    life.commit(on, { maxSeconds: variant % 2 === 0 ? 300 : 900 });
  }),
  (life, on) => life.withdraw(on),
  (life, on) => life.markUnknown(on, life.now + FINDABLE),
  (life, on) => life.markMissed(on),
  (life, on, variant) => life.requestStop({ reservation: on, generation: generation(life, on, variant) }),
  (life, on) => life.requestStop({ reservation: on, reason: "join-timeout", ifUnjoined: true }),
  (life, on) => life.markJoined(on),
  (life, on, variant) => life.markEnded({ reservation: on, seconds: variant % 2 === 0 ? variant * 10 : undefined }),
  (life, on) => life.acknowledgeEnd(on),
  (life, on) => life.retryLater(on),
  (life) => life.due(),
  (life, on, variant) => life.undelivered(generation(life, on, variant) ?? 0, on),
  (life, on, variant) => life.pageHide({ reservation: on, generation: generation(life, on, variant) }),
  (life, on, variant) => life.heartbeat({ reservation: on, generation: generation(life, on, variant) }),
  (life, on, variant) => {
    const reservation = variant % 3 === 0 ? on : `r-imported-${life.now}`;
    const reason = variant % 2 === 0 ? ("orphan" as const) : undefined;
    life.import(reservation, { reason, active: 3, heartbeatTimeoutMs: variant % 5 === 0 ? HEARTBEAT : undefined });
  },
];

/** A generation that a page may have: of this record, none, or one that was never handed out. */
function generation(life: Life, on: string, variant: number): number | undefined {
  const { recipients = [] } = life.state.records.find(({ reservation }) => reservation === on) ?? {};
  if (variant % 5 === 0) return undefined;
  if (variant % 11 === 0) return life.state.generation + 5;
  return recipients[variant % (recipients.length + 1)]?.generation ?? life.state.generation;
}

function play(steps: readonly Step[]): Life {
  const life = new Life();
  for (const [delay, what, which, variant] of steps) {
    life.wait(delay);
    const { records } = life.state;
    const on = records[records.length === 0 ? 0 : records.length - 1 - (which % records.length)]?.reservation ?? "r0";
    STEPS[what]?.(life, on, variant);
  }
  return life;
}

/** States that random sequences of all functions reach. */
export const reachable: fc.Arbitrary<Life> = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 1, 500, 3_000, 5_000, 11_000, 31_000, 100_000, 700_000),
      fc.nat(STEPS.length - 1),
      fc.nat(6),
      fc.nat(40),
    ),
    { minLength: 1, maxLength: 60, size: "max" },
  )
  .map(play);

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
