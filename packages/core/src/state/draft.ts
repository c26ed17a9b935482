import { usedIn } from "./quotas.js";
import {
  type Change,
  type Charge,
  type ConsumerState,
  type ConversationRecord,
  type ConversationStatus,
  type Decision,
  type EndReason,
  KEEP_ENDED_MS,
  MAX_ENDED,
} from "./state.js";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** How a conversation ended. */
export interface End {
  readonly reason: EndReason;
  /** What Equos says that it has run. Default: from `startedAt` to the end. */
  readonly seconds?: number | undefined;
  /** Default: now. */
  readonly endedAt?: number | undefined;
}

/** Collects what one decision changes. The state that it is made from stays as it is. */
export class Draft {
  readonly now: number;
  /** The next state. Its lists are replaced, never changed. */
  readonly state: Writable<ConsumerState>;
  /** What has to be written beside the state. */
  readonly change: Writable<Change>;
  readonly #before: ConsumerState;

  constructor(state: ConsumerState, now: number) {
    this.now = now;
    this.#before = state;
    this.state = { ...state };
    this.change = { state: this.state };
  }

  /** Whether any record was added or replaced. */
  get isChanged(): boolean {
    return this.state.records !== this.#before.records;
  }

  /** Takes the next generation. */
  nextGeneration(): number {
    this.state.generation = Math.max(this.state.generation + 1, this.now);
    return this.state.generation;
  }

  /** Adds a record, or replaces the one with the same reservation. */
  put(record: ConversationRecord): ConversationRecord {
    const records = [...this.state.records];
    const index = records.findIndex(({ reservation }) => reservation === record.reservation);
    records[index < 0 ? records.length : index] = record;
    this.state.records = records;
    return record;
  }

  /** Gives a record's work to the caller, for `leaseMs`. Then the sweep takes it. */
  take(record: ConversationRecord, leaseMs: number): ConversationRecord {
    const attempts = (record.attempts ?? 0) + 1;
    return this.put({ ...record, attempts, busyUntil: this.now + leaseMs, retryAt: undefined });
  }

  /** Moves a record to `stopping`. */
  stop(record: ConversationRecord, reason: EndReason): ConversationRecord {
    const stoppedAt = reason === "max-duration" ? record.endsAt : this.now;
    return this.put({ ...settledFields(record, "stopping"), reason, stoppedAt });
  }

  /** Moves a record to `ended`, gives back what it has not used, and leaves its end to be announced. */
  end(record: ConversationRecord, { reason, seconds, endedAt = this.now }: End): ConversationRecord {
    const elapsed = Math.ceil((endedAt - (record.startedAt ?? record.reservedAt)) / 1000);
    const billed = seconds ?? Math.min(Math.max(elapsed, 0), record.maxSeconds);
    const ran = record.conversation === undefined ? 0 : billed;
    for (const charge of record.charges ?? []) {
      const used = charge.unit === "seconds" ? Math.min(ran, charge.amount) : reason === "not-started" ? 0 : 1;
      this.count(charge, used - charge.amount);
    }
    this.leaveSets(record);
    const ended = this.put({
      ...settledFields(record, "ended"),
      charges: undefined,
      memberOf: undefined,
      reason: record.reason ?? reason,
      stoppedAt: record.status === "running" ? endedAt : record.stoppedAt,
      endedAt,
      seconds: ran,
    });
    // Nothing was started, so no event has to be delivered.
    return reason === "not-started" ? this.announced(ended) : ended;
  }

  /** Notes that the end of a record was announced. Its sealed text is not needed any more. */
  announced(record: ConversationRecord): ConversationRecord {
    this.change.deleteSealed = append(this.change.deleteSealed, record.reservation);
    return this.put({ ...record, announcedAt: this.now });
  }

  /** Gives up the places in shared sets, and keeps the charges. */
  leaveSets({ reservation, memberOf = [] }: ConversationRecord): void {
    for (const set of memberOf) {
      this.change.members = append(this.change.members, { set, id: reservation, until: 0 });
    }
  }

  /** Adds to what a window has used; a negative amount gives back. A shared counter may not exceed `bound`. */
  count({ scope, key, expiresAt }: Charge, add: number, bound?: number): void {
    if (add === 0 || expiresAt <= this.now) return;
    if (scope === "shared") {
      this.change.counters = append(this.change.counters, { key, add, bound, expiresAt });
      return;
    }
    const { usage } = this.state;
    const others = usage.filter((window) => window.key !== key);
    this.state.usage = append(others, { key, used: Math.max(0, usedIn(usage, key) + add), expiresAt });
  }

  /** Returns the decision, without a change if no record has changed. Also removes what is too old. */
  decide<T>(outcome: T): Decision<T> {
    if (!this.isChanged) return { outcome };
    const { state, change, now } = this;
    state.usage = state.usage.filter(({ expiresAt }) => expiresAt > now);
    const ended = state.records.filter(({ announcedAt }) => announcedAt !== undefined);
    const old = ended.filter(
      ({ announcedAt = 0 }, index) => announcedAt + KEEP_ENDED_MS <= now || index < ended.length - MAX_ENDED,
    );
    if (old.length > 0) {
      state.records = state.records.filter((record) => !old.includes(record));
      change.deleteAliases = old
        .flatMap(({ conversation, token }) => [conversation, token])
        .filter((alias) => alias !== undefined);
    }
    return { outcome, change };
  }
}

const append = <T>(list: readonly T[] = [], item: T): readonly T[] => [...list, item];

/** Returns what a record keeps in each status. All about its page, its search, and its work starts anew. */
export const settledFields = (record: ConversationRecord, status: ConversationStatus): ConversationRecord => ({
  reservation: record.reservation,
  status,
  fingerprint: record.fingerprint,
  maxSeconds: record.maxSeconds,
  reservedAt: record.reservedAt,
  reservedUntil: record.reservedUntil,
  charges: record.charges,
  memberOf: record.memberOf,
  conversation: record.conversation,
  token: record.token,
  startedAt: record.startedAt,
  endsAt: record.endsAt,
  reason: record.reason,
  stoppedAt: record.stoppedAt,
});
