/*
 * A small world around the functional core: one consumer with a few pages, the starts that they make, and Equos. Everything
 * that the world does to the consumer's state goes through the real functions. Each event returns a new world.
 */
import { due, nextDueAt } from "../../src/state/due.js";
import { heartbeat, pageHide, undelivered } from "../../src/state/presence.js";
import type { Quota } from "../../src/state/quotas.js";
import { isActive, type ReserveOutcome, reserve } from "../../src/state/reserve.js";
import { type ConsumerState, type ConversationRecord, type Decision, EMPTY_STATE } from "../../src/state/state.js";
import {
  acknowledgeEnd,
  commit,
  importConversation,
  markEnded,
  markMissed,
  markUnknown,
  requestReplacements,
  requestStop,
  withdraw,
} from "../../src/state/transitions.js";

/** The functions under test. A test that checks the exploration itself replaces one of them with a broken one. */
export const core = {
  acknowledgeEnd,
  commit,
  due,
  heartbeat,
  importConversation,
  markEnded,
  markMissed,
  markUnknown,
  pageHide,
  requestReplacements,
  requestStop,
  reserve,
  undelivered,
  withdraw,
};

export type Core = typeof core;

/** All in ms. Shorter than real ones, and in the same order. */
const SEND_WINDOW = 5_000;
const FINDABLE = 12_000;
const RESERVED_FOR = 15_000;
const JOIN_TIMEOUT = 12_000;
const HEARTBEAT_TIMEOUT = 9_000;
const GRACE = 3_000;
const LEASE = 4_000;
const MAX_SECONDS = 60;

/** One start of a page, from its reservation to the response. */
export interface Caller {
  readonly id: string;
  readonly page: number;
  readonly visit: number;
  readonly fingerprint: string;
  readonly phase: "waiting" | "reserved" | "agreed" | "wire" | "sent" | "late-wire" | "late" | "answered" | "uncertain";
  readonly since: number;
  readonly forceNew?: true;
  readonly waitedFor?: string;
  readonly conversation?: string;
  readonly generation?: number;
}

/** A page of the consumer. A reload is a new visit. */
export interface Page {
  readonly visit: number;
  readonly holds?: { readonly conversation: string; readonly generation: number; readonly aliveUntil: number };
}

/** A conversation at Equos. */
export interface Billed {
  readonly conversation: string;
  readonly reservation: string;
  readonly running: boolean;
  /** Equos ends it by itself then. */
  readonly runsUntil: number;
  /** The highest generation that a page has received. */
  readonly delivered: number;
}

export interface World {
  readonly core: Core;
  readonly now: number;
  readonly state: ConsumerState;
  readonly callers: readonly Caller[];
  readonly pages: readonly Page[];
  readonly equos: readonly Billed[];
  /** Page ends that are still on their way. */
  readonly mail: readonly { readonly conversation: string; readonly generation: number }[];
  readonly ids: number;
  /** What ended conversations have used, by window. */
  readonly settled: Readonly<Record<string, number>>;
}

export interface Rules {
  readonly core: Core;
  readonly pages: number;
  readonly active: number;
  readonly fingerprints: readonly string[];
  readonly maxCallers: number;
  readonly different: "replace" | "reject";
  readonly quotas: readonly Quota[];
  /** Time steps, in ms. */
  readonly steps: readonly number[];
  /** Adds events that make the world much larger. */
  readonly rare: boolean;
}

export interface WorldEvent {
  readonly name: string;
  readonly apply: (world: World) => World;
}

export class Violation extends Error {}

export function newWorld({ core, pages }: Rules): World {
  return {
    core,
    now: 1_000_000,
    state: EMPTY_STATE,
    callers: [],
    pages: Array.from({ length: pages }, () => ({ visit: 0 })),
    equos: [],
    mail: [],
    ids: 0,
    settled: {},
  };
}

/** Writes a decision, as a store does. */
function written(world: World, { change }: Decision<unknown>): World {
  if (change === undefined) return world;
  const settled = { ...world.settled };
  for (const record of change.state.records) {
    const former = world.state.records.find(({ reservation }) => reservation === record.reservation);
    if (record.status !== "ended" || former === undefined || former.status === "ended") continue;
    for (const { key, unit, amount, expiresAt } of former.charges ?? []) {
      const used = unit === "seconds" ? Math.min(record.seconds ?? 0, amount) : record.reason === "not-started" ? 0 : 1;
      settled[key] = (settled[key] ?? 0) + (expiresAt > world.now ? used : amount);
    }
  }
  if (change.state.generation < world.state.generation) throw new Violation("a generation became smaller");
  return { ...world, state: change.state, settled };
}

const without = (world: World, { id }: Caller): World => ({
  ...world,
  callers: world.callers.filter((caller) => caller.id !== id),
});

const withCaller = (world: World, caller: Caller): World => ({
  ...world,
  callers: [...world.callers.filter(({ id }) => id !== caller.id), caller],
});

const withPage = (world: World, index: number, page: Page): World => ({
  ...world,
  pages: world.pages.map((other, at) => (at === index ? page : other)),
});

const stopAtEquos = (world: World, conversation: string | undefined): World => ({
  ...world,
  equos: world.equos.map((billed) => (billed.conversation === conversation ? { ...billed, running: false } : billed)),
});

/** Stops a `stopping` record at Equos and records the end. */
function stopUpstream(world: World, { reservation, conversation, status }: ConversationRecord): World {
  if (status !== "stopping") return world;
  const stopped = stopAtEquos(world, conversation);
  return written(stopped, stopped.core.markEnded(stopped.state, { reservation, reason: "server" }, stopped.now));
}

function ask(world: World, rules: Rules, caller: Caller): World {
  const decision = world.core.reserve(
    world.state,
    {
      reservation: caller.id,
      fingerprint: caller.fingerprint,
      sealed: "",
      route: "start",
      forceNew: caller.forceNew === true,
      onConflict: { same: "resume", different: rules.different },
      waitedFor: caller.waitedFor,
      maxSeconds: MAX_SECONDS,
      active: rules.active,
      quotas: rules.quotas,
      sets: [],
      sendsHeartbeats: true,
      joinTimeoutMs: JOIN_TIMEOUT,
      reservedForMs: RESERVED_FOR,
    },
    world.now,
  );
  return answered(written(world, decision), rules, caller, decision.outcome);
}

function answered(world: World, rules: Rules, caller: Caller, outcome: ReserveOutcome): World {
  switch (outcome.outcome) {
    case "reserved":
      return withCaller(world, { ...caller, phase: "reserved", since: world.now });
    case "pending":
      return withCaller(world, { ...caller, phase: "waiting", waitedFor: outcome.reservation });
    case "resumed": {
      const { conversation = "", reservation } = outcome.record;
      const isOver = world.equos.some((billed) => billed.conversation === conversation && !billed.running);
      if (outcome.check && isOver) {
        const ended = written(world, world.core.markEnded(world.state, { reservation, reason: "upstream" }, world.now));
        return ask(ended, rules, caller);
      }
      return withCaller(world, { ...caller, phase: "answered", conversation, generation: outcome.generation });
    }
    default:
      return without(world, caller);
  }
}

/** All that can happen in a world. */
export function eventsIn(world: World, rules: Rules): WorldEvent[] {
  return [
    ...world.pages.flatMap((page, index) => pageEvents(world, rules, page, index)),
    ...world.callers.flatMap((caller) => callerEvents(world, rules, caller)),
    ...world.mail.map((mail, index) => ({
      name: `the page end of generation ${mail.generation} arrives`,
      apply: (now: World) => hide({ ...now, mail: now.mail.filter((_, at) => at !== index) }, mail),
    })),
    ...timeEvents(world, rules),
  ];
}

function pageEvents(world: World, rules: Rules, { visit, holds }: Page, index: number): WorldEvent[] {
  const events: WorldEvent[] = [];
  const starts = world.callers.filter((caller) => caller.page === index && caller.visit === visit);
  if (world.callers.length < rules.maxCallers && starts.length === 0) {
    for (const fingerprint of rules.fingerprints) {
      const begin = (now: World, more: Partial<Caller>): Caller => ({
        id: `r${now.ids}`,
        page: index,
        visit,
        fingerprint,
        phase: "waiting",
        since: now.now,
        ...more,
      });
      const start = (now: World, more: Partial<Caller> = {}) =>
        ask({ ...now, ids: now.ids + 1 }, rules, begin(now, more));
      events.push({ name: `page ${index} starts ${fingerprint}`, apply: (now) => start(now) });
      if (rules.rare) {
        events.push({
          name: `page ${index} starts ${fingerprint} anew`,
          apply: (now) => start(now, { forceNew: true }),
        });
      }
      events.push({
        name: `page ${index} starts ${fingerprint}, and the answer of the store is lost`,
        apply: (now) => {
          const asked = start(now);
          const caller = begin(now, { phase: "uncertain" });
          return asked.state === now.state ? without(asked, caller) : withCaller(asked, caller);
        },
      });
    }
  }
  if (holds === undefined) return events;
  const { conversation, generation } = holds;
  const reloaded = (now: World) => withPage(now, index, { visit: visit + 1 });
  events.push(
    {
      name: `page ${index} sends a heartbeat`,
      apply: (now) => {
        const request = { conversation, generation, heartbeatTimeoutMs: HEARTBEAT_TIMEOUT };
        const decision = now.core.heartbeat(now.state, request, now.now);
        const { outcome } = decision;
        const isRunning = outcome.outcome === "found" && outcome.record.status === "running";
        const page = isRunning ? { visit, holds: { ...holds, aliveUntil: now.now + HEARTBEAT_TIMEOUT } } : { visit };
        return withPage(written(now, decision), index, page);
      },
    },
    { name: `page ${index} reloads`, apply: (now) => hide(reloaded(now), { conversation, generation }) },
    {
      name: `page ${index} reloads, and its page end is late`,
      apply: (now) => ({ ...reloaded(now), mail: [...now.mail, { conversation, generation }].slice(-2) }),
    },
    { name: `page ${index} crashes`, apply: reloaded },
    {
      name: `page ${index} hangs up`,
      apply: (now) => {
        const request = { conversation, generation, reason: "owner", leaseMs: LEASE } as const;
        const decision = now.core.requestStop(now.state, request, now.now);
        if (decision.outcome.outcome !== "found") return now;
        return stopUpstream(withPage(written(now, decision), index, { visit }), decision.outcome.record);
      },
    },
  );
  return events;
}

function hide(world: World, mail: World["mail"][number]): World {
  return written(world, world.core.pageHide(world.state, { ...mail, graceMs: GRACE }, world.now));
}

function callerEvents(world: World, rules: Rules, caller: Caller): WorldEvent[] {
  const { id, conversation = "", generation = 0 } = caller;
  const who = `the start of page ${caller.page} (${caller.fingerprint})`;
  const on = (what: string, apply: WorldEvent["apply"]): WorldEvent => ({ name: `${who} ${what}`, apply });
  const crash = on("dies with its server", (now) => without(now, caller));
  const withdrawn = (now: World) =>
    without(written(now, now.core.withdraw(now.state, { reservation: id, graceMs: GRACE }, now.now)), caller);
  const create = (now: World, phase: "sent" | "late") =>
    withCaller(
      {
        ...now,
        equos: [
          ...now.equos,
          {
            conversation: `c-${id}`,
            reservation: id,
            running: true,
            runsUntil: now.now + MAX_SECONDS * 1000,
            delivered: 0,
          },
        ],
      },
      { ...caller, phase },
    );
  const lose = (phase: "late-wire" | "late") =>
    on("gets no answer in time", (now) => {
      const findableAt = caller.since + FINDABLE;
      return withCaller(written(now, now.core.markUnknown(now.state, { reservation: id, findableAt }, now.now)), {
        ...caller,
        phase,
      });
    });
  const receive = on("is answered by Equos", (now) => {
    const request = { reservation: id, conversation: `c-${id}`, token: `t-${id}`, sealed: "", maxSeconds: MAX_SECONDS };
    const decision = now.core.commit(now.state, { ...request, joinTimeoutMs: JOIN_TIMEOUT, leaseMs: LEASE }, now.now);
    const { outcome } = decision;
    const next = written(now, decision);
    if (outcome.outcome !== "committed") {
      const stopped = stopAtEquos(without(next, caller), `c-${id}`);
      return written(
        stopped,
        stopped.core.markEnded(stopped.state, { reservation: id, reason: "late-response" }, stopped.now),
      );
    }
    return withCaller(next, { ...caller, phase: "answered", conversation: `c-${id}`, generation: outcome.generation });
  });
  switch (caller.phase) {
    case "waiting":
      return [on("asks again", (now) => ask(now, rules, caller)), crash];
    case "uncertain":
      return [on("is withdrawn", withdrawn), crash];
    case "reserved":
      return [
        on("is agreed to", (now) => {
          const decision = now.core.requestReplacements(now.state, { reservation: id, leaseMs: LEASE }, now.now);
          if (decision.outcome === undefined) return without(now, caller);
          return withCaller(written(now, decision), { ...caller, phase: "agreed" });
        }),
        on("is refused", withdrawn),
        crash,
      ];
    case "agreed": {
      const stopping = world.state.records.filter(({ status }) => status === "stopping");
      const canSend = stopping.length === 0 && world.now <= caller.since + SEND_WINDOW;
      return [
        canSend
          ? on("is sent", (now) => withCaller(now, { ...caller, phase: "wire" }))
          : on("has its former conversations stopped", (now) => stopping.reduce(stopUpstream, now)),
        on("is given up before it is sent", withdrawn),
        crash,
      ];
    }
    case "wire":
      // A request that is on its way for longer than a late response is awaited does not arrive any more.
      return [
        ...(world.now < caller.since + FINDABLE ? [on("reaches Equos", (now) => create(now, "sent"))] : []),
        on("is refused by Equos", withdrawn),
        lose("late-wire"),
        crash,
      ];
    case "sent":
      return [receive, lose("late"), crash];
    case "late-wire":
      if (world.now >= caller.since + FINDABLE) return [crash];
      return [on("reaches Equos late", (now) => create(now, "late")), crash];
    case "late":
      return [receive, crash];
    case "answered": {
      const events = [
        on("does not reach its page", (now) =>
          without(
            written(
              now,
              now.core.undelivered(
                now.state,
                { reservation: recordOf(now, conversation), generation, graceMs: GRACE },
                now.now,
              ),
            ),
            caller,
          ),
        ),
        crash,
      ];
      const page = world.pages[caller.page];
      if (page?.visit !== caller.visit) return events;
      return [
        on("reaches its page", (now) => {
          const record = now.state.records.find((candidate) => candidate.conversation === conversation);
          const since = record?.recipients?.find((recipient) => recipient.generation === generation)?.since ?? 0;
          const holds = { conversation, generation, aliveUntil: since + JOIN_TIMEOUT };
          const equos = now.equos.map((billed) =>
            billed.conversation === conversation
              ? { ...billed, delivered: Math.max(billed.delivered, generation) }
              : billed,
          );
          return withPage(without({ ...now, equos }, caller), caller.page, { visit: caller.visit, holds });
        }),
        ...events,
      ];
    }
  }
}

const recordOf = ({ state }: World, conversation: string): string =>
  state.records.find((record) => record.conversation === conversation)?.reservation ?? "";

function timeEvents(world: World, rules: Rules): WorldEvent[] {
  const events: WorldEvent[] = rules.steps.map((step) => ({
    name: `${step / 1000} s pass`,
    apply: (now) => ({
      ...now,
      now: now.now + step,
      equos: now.equos.map((billed) => ({ ...billed, running: billed.running && billed.runsUntil > now.now + step })),
    }),
  }));
  if ((nextDueAt(world.state) ?? Number.POSITIVE_INFINITY) <= world.now) {
    events.push({ name: "the sweep runs", apply: (now) => sweep(now, true) });
    events.push({ name: "the sweep dies with its server", apply: (now) => sweep(now, false) });
  }
  const running = world.equos.find((billed) => billed.running && billed.delivered > 0);
  if (rules.rare && running !== undefined) {
    events.push({ name: `Equos ends ${running.conversation}`, apply: (now) => stopAtEquos(now, running.conversation) });
  }
  return events;
}

function sweep(world: World, finishes: boolean): World {
  const decision = world.core.due(world.state, LEASE, world.now);
  let next = written(world, decision);
  checkStops(world, next);
  if (!finishes) return next;
  for (const { kind, record } of decision.outcome) {
    const { reservation } = record;
    if (kind === "stop") next = stopUpstream(next, record);
    else if (kind === "announce") next = written(next, next.core.acknowledgeEnd(next.state, { reservation }, next.now));
    else if (kind === "search") next = search(next, reservation);
    else {
      const request = { reservation, reason: "join-timeout", ifUnjoined: true, leaseMs: LEASE } as const;
      const stop = next.core.requestStop(next.state, request, next.now);
      const stopped = written(next, stop);
      checkStops(next, stopped);
      next = stop.outcome.outcome === "found" ? stopUpstream(stopped, stop.outcome.record) : stopped;
    }
  }
  return next;
}

function search(world: World, reservation: string): World {
  const { now, state } = world;
  const billed = world.equos.find((candidate) => candidate.reservation === reservation);
  if (billed === undefined) {
    return written(world, world.core.markMissed(state, { reservation, begunAt: now, retryAfterMs: 5_000 }, now));
  }
  const { conversation, running } = billed;
  if (!running)
    return written(
      world,
      world.core.markEnded(state, { reservation, conversation, reason: "upstream", seconds: 1 }, now),
    );
  const times = { startedAt: now, maxSeconds: MAX_SECONDS, leaseMs: LEASE };
  const found = world.core.importConversation(state, { reservation, conversation, reason: "orphan", ...times }, now);
  return stopUpstream(written(world, found), found.outcome.record);
}

/** A live newest page is never stopped by a schedule or a deadline. */
function checkStops(before: World, after: World): void {
  for (const { conversation, status, reason } of after.state.records) {
    const former = before.state.records.find((record) => record.conversation === conversation);
    if (status === "running" || former?.status !== "running" || conversation === undefined) continue;
    const newest = before.equos.find((billed) => billed.conversation === conversation)?.delivered;
    const isLive = before.pages.some(
      ({ holds }) =>
        holds?.conversation === conversation && holds.generation === newest && holds.aliveUntil > before.now,
    );
    if (isLive && reason !== "max-duration") throw new Violation(`a live newest page was stopped (${reason})`);
  }
}

/** What holds in every world. */
export function checkWorld({ state, equos, callers, settled, now }: World, { active }: Rules): void {
  const assert = (holds: boolean, what: string) => {
    if (!holds) throw new Violation(what);
  };
  const replaced = new Set(
    state.records.flatMap(({ status, replaces = [] }) =>
      status === "reserved" ? replaces.map(({ reservation }) => reservation) : [],
    ),
  );
  const held = state.records.filter((record) => isActive(record) && !replaced.has(record.reservation));
  assert(held.length <= active, "a consumer has more conversations than `active`");
  const fingerprints = held.map(({ fingerprint }) => fingerprint).filter((fingerprint) => fingerprint !== "");
  assert(new Set(fingerprints).size === fingerprints.length, "two live conversations have one fingerprint");
  assert(equos.filter(({ running }) => running).length <= active, "Equos bills more conversations than `active`");

  for (const { reservation, running } of equos) {
    const record = state.records.find((candidate) => candidate.reservation === reservation);
    const isKnown = record !== undefined && record.status !== "ended";
    assert(!running || isKnown || callers.some(({ id }) => id === reservation), "a billed conversation is forgotten");
  }
  for (const record of state.records) {
    const { status, recipients, scheduledStop, announcedAt } = record;
    if (status === "running" && recipients !== undefined) {
      const isEmpty = recipients.length === 0;
      assert(isEmpty === (scheduledStop !== undefined), "a scheduled stop is lost, or there is one beside a recipient");
    }
    const isDue = nextDueAt({ ...state, records: [record] }) !== undefined;
    assert(isDue || announcedAt !== undefined, `nothing is due for a record that is ${status}`);
  }
  for (const { key, used, expiresAt } of state.usage) {
    assert(used >= 0, "a quota is negative");
    if (expiresAt <= now) continue;
    const open = state.records.flatMap(({ charges = [] }) => charges).filter((charge) => charge.key === key);
    const sum = open.reduce((total, { amount }) => total + amount, settled[key] ?? 0);
    assert(used === sum, `a quota is not settled exactly once: ${used} instead of ${sum}`);
  }
}
