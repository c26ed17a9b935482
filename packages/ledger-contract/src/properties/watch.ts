import type { ConversationState, EndReason, LedgerRecord } from "@equos-broker/core";
import { ok } from "../expect.js";
import type { Call } from "./calls.js";

/** Where each state may lead to in any number of steps. */
const onward: Readonly<Record<ConversationState, readonly ConversationState[]>> = {
  reserved: ["reserved", "running", "stopping", "ended", "unknown"],
  unknown: ["unknown", "stopping", "ended"],
  running: ["running", "stopping", "ended"],
  stopping: ["stopping", "ended"],
  ended: ["ended"],
};

/** What a reservation holds of a window of seconds. */
interface Charged {
  readonly reservation: string;
  readonly window: number;
  seconds: number;
}

/** What none is to follow, counted from then. */
const stopped: readonly (EndReason | undefined)[] = ["owner", "server", "replaced", "shutdown"];

const mayRun: readonly ConversationState[] = ["reserved", "running", "stopping"];

/** What must hold of a ledger whatever any model says. */
export class Watch {
  #before = new Map<string, LedgerRecord>();
  /** The highest number that each consumer was given, and what it was when each reservation was made. */
  readonly #given = new Map<string, number>();
  readonly #givenBefore = new Map<string, number>();
  readonly #charged = new Map<string, Charged[]>();
  /** When a conversation was last stopped or over so that none is to follow, by consumer and fingerprint. */
  readonly #tombstones = new Map<string, number>();

  /** After each step: what it was, what it came to, and all records as they are now. */
  check(call: Call, result: unknown, now: number, records: readonly LedgerRecord[]): void {
    for (const record of records) {
      this.#onward(record);
      if (record.reason !== "replaced") this.#bury(call, record, now);
    }
    const own =
      call.step === "reserve" ? records.find((one) => one.reservation === call.request.reservation) : undefined;
    if (call.step === "reserve" && isReserved(result) && own !== undefined && this.#former(own) === undefined) {
      this.#limits(call.request, result, records);
      this.#budgets(call.request, result, now);
      const { consumer, fingerprint, tombstoneMs = 0 } = call.request;
      const since = this.#tombstones.get(`${consumer} ${fingerprint}`) ?? Number.NEGATIVE_INFINITY;
      ok(now - since >= tombstoneMs, `${consumer}'s ${fingerprint} was over only ${now - since} ms ago`);
    }
    if (call.step === "reserve" && !isReserved(result)) this.#untouched(records);
    for (const record of ended(result)) this.#settle(record);
    if (call.step === "withdraw") this.#withdrawn(call.request.reservation, records);
    // Only from now on: a start is not refused for what it has replaced itself.
    for (const record of records) if (record.reason === "replaced") this.#bury(call, record, now);
    this.#before = new Map(records.map((record) => [record.reservation, record]));
  }

  /** The same record before this step. One that was forgotten and made anew is another one. */
  #former({ reservation, reservedAt }: LedgerRecord): LedgerRecord | undefined {
    const before = this.#before.get(reservation);
    return before?.reservedAt === reservedAt ? before : undefined;
  }

  #onward(record: LedgerRecord): void {
    const { reservation, state, consumer, deliveries } = record;
    const before = this.#former(record);
    const given = this.#given.get(consumer) ?? 0;
    if (before === undefined) this.#givenBefore.set(reservation, given);
    else {
      ok(onward[before.state].includes(state), `${reservation} went from ${before.state} to ${state}`);
      ok(before.payload === record.payload || state === "running" || record.payload === "", "a payload was replaced");
      ok(deliveries >= before.deliveries, `${reservation}'s deliveries fell`);
    }
    const formerly = this.#givenBefore.get(reservation) ?? 0;
    const first = state === "running" && before?.state === "reserved";
    if (first) ok(deliveries > formerly, `${reservation} begins with ${deliveries}; ${consumer} was given ${formerly}`);
    if (state === "running") this.#given.set(consumer, Math.max(given, deliveries));
  }

  #limits(
    request: Extract<Call, { step: "reserve" }>["request"],
    result: Reserved,
    records: readonly LedgerRecord[],
  ): void {
    const replaced = result.replaces.map(({ reservation }) => reservation);
    for (const { state, reservation } of result.replaces)
      ok(state === "stopping", `${reservation} is replaced, but ${state}`);
    const own = records.filter(({ consumer, state }) => consumer === request.consumer && mayRun.includes(state));
    const active = own.filter(({ state }) => state !== "stopping");
    ok(active.length <= request.active, `${request.consumer} has ${active.length} of ${request.active} conversations`);
    const stopping = own.filter(({ state }) => state === "stopping").map(({ reservation }) => reservation);
    ok(`${stopping.sort()}` === `${replaced.sort()}`, "not all that is stopping is to be confirmed first");
    const all = records.filter(({ state, reservation }) => mayRun.includes(state) && !replaced.includes(reservation));
    const overall = request.overallActive ?? Number.POSITIVE_INFINITY;
    ok(all.length <= overall, `${all.length} of ${overall} conversations`);
  }

  /** Counts for itself what each window of seconds holds. */
  #budgets(request: Extract<Call, { step: "reserve" }>["request"], result: Reserved, now: number): void {
    ok(result.maxSeconds <= request.maxSeconds, "longer than asked for");
    for (const { key, unit, max, windowMs } of request.meters) {
      if (unit !== "seconds") continue;
      const window = Math.floor(now / windowMs);
      const held = (this.#charged.get(key) ?? []).filter((charged) => charged.window === window);
      held.push({ reservation: request.reservation, window, seconds: result.maxSeconds });
      this.#charged.set(key, held);
      const sum = held.reduce((total, { seconds }) => total + seconds, 0);
      ok(sum <= max, `${key} holds ${sum} of ${max}`);
    }
  }

  /** It ran, and this step has stopped or ended it. */
  #bury(call: Call, record: LedgerRecord, now: number): void {
    const { state, consumer, fingerprint } = record;
    const moved = this.#former(record)?.state === "running" && state !== "running";
    const since = moved && fingerprint !== "" ? overSince(call, record, now) : undefined;
    if (since === undefined) return;
    const key = `${consumer} ${fingerprint}`;
    this.#tombstones.set(key, Math.max(since, this.#tombstones.get(key) ?? since));
  }

  /** Only a start that is taken stops others for it. */
  #untouched(records: readonly LedgerRecord[]): void {
    for (const record of records) {
      ok(this.#former(record)?.state === record.state, `${record.reservation} is ${record.state} for a start refused`);
    }
  }

  #settle({ reservation, seconds = 0 }: LedgerRecord): void {
    for (const charged of [...this.#charged.values()].flat()) {
      if (charged.reservation === reservation) charged.seconds = Math.min(charged.seconds, seconds);
    }
  }

  /** A reservation that is gone was given back as a whole. */
  #withdrawn(reservation: string, records: readonly LedgerRecord[]): void {
    const before = this.#before.get(reservation);
    const gone = before?.state === "reserved" && records.every((record) => record.reservation !== reservation);
    if (gone) this.#settle({ ...before, seconds: 0 });
  }
}

/** Since when none is to follow one that this step has moved; `undefined` for one that may be followed. */
function overSince({ step, request }: Call, { reason, endsAt }: LedgerRecord, now: number): number | undefined {
  if (stopped.includes(reason)) return now;
  if (reason === "time-over") return Math.min(now, endsAt ?? now);
  const told = step === "end" && reason === "upstream" ? request.agoMs : undefined;
  return told === undefined ? undefined : now - Math.max(0, told);
}

type Reserved = { readonly maxSeconds: number; readonly replaces: readonly LedgerRecord[] };

function isReserved(result: unknown): result is Reserved {
  return typeof result === "object" && result !== null && Reflect.get(result, "outcome") === "reserved";
}

/** The records that this step has ended. */
function ended(result: unknown): LedgerRecord[] {
  if (typeof result !== "object" || result === null) return [];
  const one = "record" in result && "moved" in result && result.moved === true ? [result.record] : [];
  const many = "records" in result && Array.isArray(result.records) ? result.records : [];
  return [...one, ...many].filter((record: LedgerRecord) => record.state === "ended"); // Of a step's answer.
}
