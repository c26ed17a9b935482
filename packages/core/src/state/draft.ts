import type { CounterChange, MemberChange } from "../store/store.js";
import {
  type Change,
  type Charge,
  COOLDOWN_MS,
  type ConsumerState,
  type ConversationRecord,
  type ConversationStatus,
  type Decision,
  type EndReason,
  KEEP_ENDED_MS,
  MAX_ENDED,
  type WindowUsage,
} from "./state.js";

/** Ends after which a start of the same fingerprint has to wait on the `token` route. */
const COOLS_DOWN: ReadonlySet<EndReason> = new Set<EndReason>([
  "owner",
  "server",
  "shutdown",
  "replaced",
  "max-duration",
  "upstream",
]);

/** How a conversation ended. */
export interface End {
  readonly reason: EndReason;
  /** What Equos says that it has run. Default: from `startedAt` to the end. */
  readonly seconds?: number | undefined;
  /** Default: now. */
  readonly endedAt?: number | undefined;
}

/**
 * Collects what one decision changes. The state that it is made from stays as it is. {@link Draft.decide} also removes what is
 * too old: ended records, cooldowns, and windows of quotas.
 */
export class Draft {
  readonly #state: ConsumerState;
  readonly #now: number;
  readonly #records: ConversationRecord[];
  #generation: number;
  #cooldowns: Readonly<Record<string, number>>;
  readonly #usage: Map<string, WindowUsage>;
  readonly #setAliases: string[] = [];
  readonly #deleteAliases: string[] = [];
  readonly #deleteSealed: string[] = [];
  #setSealed: Readonly<Record<string, string>> | undefined;
  readonly #members: MemberChange[] = [];
  readonly #counters: CounterChange[] = [];
  #start: true | undefined;

  constructor(state: ConsumerState, now: number) {
    this.#state = state;
    this.#now = now;
    this.#records = [...state.records];
    this.#generation = state.generation;
    this.#cooldowns = state.cooldowns;
    this.#usage = new Map(state.usage.map((window) => [window.key, window]));
  }

  get records(): readonly ConversationRecord[] {
    return this.#records;
  }

  /** Takes the next generation. */
  nextGeneration(): number {
    this.#generation = Math.max(this.#generation + 1, this.#now);
    return this.#generation;
  }

  /** No later generation is lower than `generation`. */
  raiseGeneration(generation: number): void {
    this.#generation = Math.max(this.#generation, generation);
  }

  /** Adds a record, or replaces the one with the same reservation. */
  put(record: ConversationRecord): ConversationRecord {
    const index = this.#records.findIndex(({ reservation }) => reservation === record.reservation);
    if (index < 0) this.#records.push(record);
    else this.#records[index] = record;
    return record;
  }

  /** Adds a reservation with its charges and its places in shared sets. */
  reserve(
    record: ConversationRecord,
    charges: readonly BoundCharge[],
    members: readonly MemberChange[],
    sealed: string,
  ): void {
    this.#start = true;
    for (const { bound, ...charge } of charges) {
      if (charge.scope === "consumer") this.#use(charge, charge.amount);
      else this.#counters.push({ key: charge.key, add: charge.amount, bound, expiresAt: charge.expiresAt });
    }
    this.#members.push(...members);
    this.seal(record.reservation, sealed);
    this.put(record);
  }

  seal(reservation: string, text: string): void {
    this.#setSealed = { ...this.#setSealed, [reservation]: text };
  }

  alias(...aliases: readonly (string | undefined)[]): void {
    for (const alias of aliases) if (alias !== undefined) this.#setAliases.push(alias);
  }

  /** Moves a record to `stopping`. One server has `leaseMs` to stop it, then the sweep takes it. */
  stop(record: ConversationRecord, reason: EndReason, leaseMs: number): ConversationRecord {
    this.#coolDown(record, reason, reason === "max-duration" ? record.endsAt : this.#now);
    return this.put({
      ...settledFields(record, "stopping"),
      reason: record.reason ?? reason,
      attempts: 1,
      busyUntil: this.#now + leaseMs,
    });
  }

  /** Moves a record to `ended`, gives back what it has not used, and leaves its end to be announced. */
  end(record: ConversationRecord, { reason, seconds, endedAt = this.#now }: End): ConversationRecord {
    const isBilled = record.conversation !== undefined;
    const ranFor = isBilled ? (seconds ?? secondsBetween(record, endedAt)) : 0;
    if (record.status === "running") this.#coolDown(record, reason, endedAt);
    for (const charge of record.charges ?? []) {
      const used = charge.unit === "seconds" ? Math.min(ranFor, charge.amount) : reason === "not-started" ? 0 : 1;
      this.#giveBack(charge, charge.amount - used);
    }
    for (const set of record.memberOf ?? []) this.#members.push({ set, id: record.reservation, until: 0 });
    // Nothing was started, so no event has to be delivered.
    const isSilent = reason === "not-started";
    if (isSilent) this.#deleteSealed.push(record.reservation);
    return this.put({
      ...settledFields(record, "ended"),
      charges: undefined,
      memberOf: undefined,
      reason: record.reason ?? reason,
      endedAt,
      seconds: ranFor,
      announcedAt: isSilent ? this.#now : undefined,
    });
  }

  /** The end of this record was announced: its sealed text is needed no more. */
  announced(record: ConversationRecord): ConversationRecord {
    this.#deleteSealed.push(record.reservation);
    return this.put({
      ...record,
      attempts: undefined,
      retryAt: undefined,
      busyUntil: undefined,
      announcedAt: this.#now,
    });
  }

  /** Gives up the places in shared sets, and keeps the charges. */
  leaveSets(record: ConversationRecord): void {
    for (const set of record.memberOf ?? []) this.#members.push({ set, id: record.reservation, until: 0 });
  }

  decide<T>(outcome: T): Decision<T> {
    const records = this.#forgetOld();
    const state: ConsumerState = {
      format: this.#state.format,
      generation: this.#generation,
      records,
      cooldowns: withoutOld(this.#cooldowns, this.#now - COOLDOWN_MS),
      usage: [...this.#usage.values()].filter(({ expiresAt }) => expiresAt > this.#now),
    };
    const change: Change = {
      state,
      start: this.#start,
      setAliases: orUndefined(this.#setAliases),
      deleteAliases: orUndefined(this.#deleteAliases),
      setSealed: this.#setSealed,
      deleteSealed: orUndefined(this.#deleteSealed),
      members: orUndefined(this.#members),
      counters: orUndefined(this.#counters),
    };
    return { outcome, change };
  }

  /** Ended records are kept for a while after their announcement, and not more than {@link MAX_ENDED} of them. */
  #forgetOld(): readonly ConversationRecord[] {
    let excess = this.#records.filter(({ announcedAt }) => announcedAt !== undefined).length - MAX_ENDED;
    return this.#records.filter(({ announcedAt, conversation, token }) => {
      if (announcedAt === undefined) return true;
      const isOld = announcedAt + KEEP_ENDED_MS <= this.#now;
      excess -= 1;
      if (!isOld && excess < 0) return true;
      for (const alias of [conversation, token]) if (alias !== undefined) this.#deleteAliases.push(alias);
      return false;
    });
  }

  #coolDown({ fingerprint }: ConversationRecord, reason: EndReason, since: number | undefined): void {
    if (fingerprint === "" || since === undefined || !COOLS_DOWN.has(reason)) return;
    const latest = Math.max(this.#cooldowns[fingerprint] ?? 0, Math.min(since, this.#now));
    this.#cooldowns = { ...this.#cooldowns, [fingerprint]: latest };
  }

  #giveBack(charge: Charge, amount: number): void {
    if (amount <= 0 || charge.expiresAt <= this.#now) return;
    if (charge.scope === "consumer") this.#use(charge, -amount);
    else this.#counters.push({ key: charge.key, add: -amount, expiresAt: charge.expiresAt });
  }

  #use({ key, expiresAt }: Pick<Charge, "key" | "expiresAt">, amount: number): void {
    const used = (this.#usage.get(key)?.used ?? 0) + amount;
    this.#usage.set(key, { key, used: Math.max(0, used), expiresAt });
  }
}

/** A charge, and the value that the shared counter may not exceed. */
export type BoundCharge = Charge & { readonly bound?: number | undefined };

/** What a record keeps in each state: everything about its page, its search, and its work starts anew. */
export function settledFields(record: ConversationRecord, status: ConversationStatus): ConversationRecord {
  const { reservation, fingerprint, maxSeconds, reservedAt, reservedUntil, charges, memberOf } = record;
  const { conversation, token, startedAt, endsAt, reason } = record;
  return {
    reservation,
    status,
    fingerprint,
    maxSeconds,
    reservedAt,
    reservedUntil,
    charges,
    memberOf,
    conversation,
    token,
    startedAt,
    endsAt,
    reason,
  };
}

/** What a conversation has run, as far as the store's clock can tell. */
function secondsBetween({ startedAt, reservedAt, maxSeconds }: ConversationRecord, endedAt: number): number {
  const seconds = Math.ceil((endedAt - (startedAt ?? reservedAt)) / 1000);
  return Math.min(Math.max(seconds, 0), maxSeconds);
}

function withoutOld(cooldowns: Readonly<Record<string, number>>, before: number): Readonly<Record<string, number>> {
  const entries = Object.entries(cooldowns);
  const kept = entries.filter(([, since]) => since > before);
  return kept.length === entries.length ? cooldowns : Object.fromEntries(kept);
}

const orUndefined = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
