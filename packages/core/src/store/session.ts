import { systemCode } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { isPromise, outcomeWithin, pause, timeOver, within } from "../deadline.js";
import { BrokerError, isBrokerError } from "../errors.js";
import { expiresAt, nextDueAt } from "../state/due.js";
import { type Change, type ConsumerState, type Decision, EMPTY_STATE, parseState } from "../state/state.js";
import type * as contract from "./store.js";
import type { Awaitable, CallContext, ConversationStore, LoadQuery, StoreStatus } from "./store.js";

/** How often a decision is repeated with a value that the store has reported as `limit-reached`. */
const LIMIT_REPEATS = 3;
/** Longest wait before the first repetition after a version conflict, in ms. It doubles each time. */
const FIRST_BACKOFF_MS = 10;
/** Longest wait before any repetition after a version conflict, in ms. */
const LONGEST_BACKOFF_MS = 320;
/** After its deadline plus this, in ms, a round trip has ended with the request that a platform has ended. */
const LOST_MS = 1_000;
/** Number of parsed states that a session keeps. */
const CACHED_STATES = 1000;

type ParsedState = ReturnType<typeof parseState>;

/** What a decision is made on. */
export interface Snapshot {
  readonly state: ConsumerState;
  /** Time of the store's clock, in ms. */
  readonly now: number;
  /** By reservation. Complete only if they were requested. */
  readonly sealed: Readonly<Record<string, string>>;
  /** The counters that were requested, and each limit that has refused this update. */
  readonly counters: ReadonlyMap<string, number>;
}

export interface UpdateOptions {
  /** The decision needs the sealed texts. */
  readonly sealed?: boolean | undefined;
  /** The decision needs these shared counters. */
  readonly counters?: readonly string[] | undefined;
  /** Decide on an empty state if the stored one cannot be read. A complete reconcile replaces it that way. */
  readonly replaceUnreadable?: boolean | undefined;
}

export interface SessionOptions {
  readonly clock: Clock;
  /** Limit of every store call, and of all attempts of one update together, in seconds. */
  readonly storeSeconds: number;
  /** Returns a number from 0 to below 1, for the jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Called once for each loss. */
  readonly onLoss?: ((lossId: string) => void) | undefined;
  /** Called once when the store reports that its data was replaced. */
  readonly onReplaced?: (() => void) | undefined;
}

/**
 * - `unavailable`: the store did not answer in time, rejected, or refused too often.
 * - `recovering`: the store has lost data, and starts wait until that is repaired.
 * - `alias-taken`: another consumer has this conversation or token.
 * - `replaced`: the store has other data than the session has opened.
 * - `unreadable`: the state is damaged, or a newer release wrote it.
 */
export type StoreErrorKind = "unavailable" | "recovering" | "alias-taken" | "replaced" | "unreadable";
type StoreErrorDetails = { readonly notAfter?: number | undefined; readonly cause?: unknown };

/** An update or a call that the store did not carry out. */
export class StoreError extends BrokerError {
  readonly kind: StoreErrorKind;
  /** When a save whose outcome is unknown can no longer happen, by the store's clock in ms. */
  readonly notAfter: number | undefined;

  constructor(kind: StoreErrorKind, hint: string, { notAfter, cause }: StoreErrorDetails = {}) {
    super("store-unavailable", { hint, cause, retryAfterSeconds: 5 });
    this.kind = kind;
    this.notAfter = notAfter;
  }
}

/**
 * Opens the store, and announces the state format of this release.
 *
 * @throws StoreError `unavailable`; `unreadable` if a newer release has announced its format
 * @throws BrokerError if the store's settings are wrong
 */
export async function openSession(
  store: ConversationStore,
  proposal: contract.StoreIdentityProposal,
  options: SessionOptions,
): Promise<StoreSession> {
  let identity: contract.StoreIdentity | typeof timeOver;
  try {
    identity = await outcomeWithin(options.clock, options.storeSeconds, () => store.open(proposal));
  } catch (error) {
    throw isBrokerError(error) ? error : unavailable("failed to open", { cause: error });
  }
  if (identity === timeOver) throw unavailable("did not open in time");
  const session = new StoreSession(store, identity, options);
  const { format } = proposal;
  if (identity.format === format) return session;
  if (identity.format < format && (await session.updateMeta({ format }))) return session;
  throw new StoreError(
    "unreadable",
    `A newer release uses the store: this one writes format ${format}. Update this server`,
  );
}

/**
 * An opened store: runs decisions on consumers' states, and keeps track of time, sequence, and losses. All operations fail
 * with a {@link StoreError}. `update`, `read`, and `claimDue` return without a promise if the store answers without one.
 */
export class StoreSession {
  /** Id of the store's data. */
  readonly id: string;
  /** Key for the keyed hashes, as the store has it; encrypted for a shared store. */
  readonly key: string;
  readonly #store: ConversationStore;
  readonly #options: SessionOptions;
  readonly #clock: Clock;
  /** How far the store's clock is ahead of this server's, in ms. */
  #offset: number;
  #context: CallContext;
  #lossId: string | undefined;
  #joinSeen = false;
  #isReplaced = false;
  readonly #losses = new Set<string>();
  /** Updates that wait while a round trip for their consumer is under way. */
  readonly #queues = new Map<string, Queue>();
  /** The states that were loaded or saved last, the oldest first. */
  readonly #cache = new Map<string, { readonly version: number; readonly state: ConsumerState }>();

  /** For {@link openSession}. */
  constructor(store: ConversationStore, { id, key, now }: contract.StoreIdentity, options: SessionOptions) {
    this.id = id;
    this.key = key;
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock;
    this.#offset = now - this.#clock.now();
    this.#context = { storeId: id, seen: 0 };
  }

  /** Estimated time of the store's clock, in ms. */
  get now(): number {
    return this.#clock.now() + this.#offset;
  }

  /** Id of the latest loss that is not recovered, by the latest answer. */
  get lossId(): string | undefined {
    return this.#lossId;
  }

  /** Whether Equos was ever seen to report a join, by the latest answer. */
  get joinSeen(): boolean {
    return this.#joinSeen;
  }

  /**
   * Loads a consumer's state, decides, and saves. Repeats that if another server was faster. Updates of one consumer that
   * wait for the same round trip are decided together and saved at once.
   *
   * @param decide runs at least once. It must be pure and synchronous
   */
  update<T>(consumer: string, decide: (snapshot: Snapshot) => Decision<T>, options: UpdateOptions = {}): Awaitable<T> {
    const job = new Job(decide, options, this.#deadline());
    const queue = this.#queues.get(consumer);
    if (queue !== undefined && this.#clock.now() < queue.lostAt) {
      queue.jobs.push(job);
      return this.#inTime(job);
    }
    // A platform may have ended the former drain together with its request.
    const jobs = [...(queue?.jobs ?? []).filter(isOpen), job];
    const running = this.#run(this.#batch(consumer, jobs));
    if (isPromise(running)) void this.#drain(consumer, jobs, running);
    return job.isSettled ? job.outcome() : job.settled();
  }

  /** Fails a job that is still queued after `storeSeconds`. */
  #inTime<T>(job: Job<T>): Promise<T> {
    const expire = () => {
      if (!job.isBegun) job.fail(unavailable("did not answer in time"));
    };
    const timer = this.#clock.setTimeout(expire, this.#options.storeSeconds * 1000);
    return job.settled().finally(() => this.#clock.clearTimeout(timer));
  }

  /** Returns a state without changing it. An alias that no record of the state has counts as absent. */
  read(by: LoadQuery["by"], { sealed }: Pick<LoadQuery, "sealed"> = {}) {
    const toState = ({ consumer, ...loaded }: contract.Loaded) => {
      const state = consumer === undefined ? EMPTY_STATE : this.#parse(consumer, loaded);
      if ("unreadable" in state) throw unreadable(state);
      const isKnown = ({ records }: ConsumerState, alias: string) =>
        records.some(({ conversation, token }) => conversation === alias || token === alias);
      if ("consumer" in by || isKnown(state, by.alias)) return { consumer, state, sealed: loaded.sealed };
      return { consumer: undefined, state: EMPTY_STATE, sealed: {} };
    };
    return after(
      this.#call((context) => this.#store.load({ by, sealed }, context)),
      toState,
    );
  }

  /** Claims consumers whose due time has passed. An unreadable state does not hide the others. */
  claimDue(options: contract.ClaimDueOptions) {
    const toClaim = ({ claimed, nextDueAt }: contract.ClaimedDue) => ({
      claimed: claimed.map(this.#toListed),
      nextDueAt,
    });
    return after(
      this.#call((context) => this.#store.claimDue(options, context)),
      toClaim,
    );
  }

  /** Returns all consumers that have a due time. A consumer may appear twice. */
  async *list() {
    let cursor: string | undefined;
    do {
      const page = await this.#call((context) => this.#store.list(cursor, context));
      for (const stored of page.states) yield this.#toListed(stored);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /** Takes or renews a lease for `ms`, and returns whether this owner has it. 0 ms releases it. */
  async acquireLease(name: string, owner: string, ms: number): Promise<boolean> {
    return (await this.#call((context) => this.#store.acquireLease(name, owner, ms, context))).granted;
  }

  /** Changes what is known about the whole store, and returns whether the condition of the change held. */
  async updateMeta(change: contract.MetaChange): Promise<boolean> {
    return (await this.#call((context) => this.#store.updateMeta(change, context))).updated;
  }

  /** Runs what is queued for a consumer while a round trip is under way, until nothing is left. Never rejects. */
  async #drain(consumer: string, first: readonly Job<unknown>[], running: Promise<void>): Promise<void> {
    const lostAt = () => this.#deadline() + LOST_MS;
    const queue: Queue = { jobs: [], lostAt: lostAt() };
    this.#queues.set(consumer, queue);
    await running;
    for (let jobs = [...first, ...queue.jobs.splice(0)].filter(isOpen); jobs.length > 0; ) {
      queue.lostAt = lostAt();
      const now = this.#clock.now();
      for (const job of jobs)
        if (!job.isBegun && job.waitsUntil <= now) job.fail(unavailable("did not answer in time"));
      jobs = jobs.filter(isOpen);
      await this.#run(this.#batch(consumer, jobs));
      jobs = [...jobs, ...queue.jobs.splice(0)].filter(isOpen);
    }
    // Another drain may have replaced this one.
    if (this.#queues.get(consumer) === queue) this.#queues.delete(consumer);
  }

  #batch(consumer: string, jobs: readonly Job<unknown>[]): Batch {
    for (const job of jobs) job.isBegun = true;
    const sealed = jobs.some(({ options }) => options.sealed);
    const keys = jobs.flatMap(({ options }) => options.counters ?? []);
    const cached = this.#store.shared && !sealed && keys.length === 0 ? this.#cache.get(consumer) : undefined;
    return {
      consumer,
      jobs,
      sealed,
      keys,
      deadline: this.#deadline(),
      counters: new Map(),
      base: cached && { version: cached.version, state: cached.state, sealed: NONE, isFresh: false },
      group: jobs,
      sent: undefined,
      conflicts: 0,
      refusals: 0,
      isLate: false,
      isDone: jobs.length === 0,
    };
  }

  /** Loads, decides, and saves until the first jobs are settled. Waits only for promises of the store. Never rejects. */
  #run(batch: Batch): Awaitable<void> {
    try {
      while (!batch.isDone) {
        const step = batch.base === undefined ? this.#load(batch) : this.#decide(batch, batch.base);
        if (isPromise(step)) {
          return step.then(
            () => this.#run(batch),
            (error: unknown) => this.#fail(batch, error),
          );
        }
      }
    } catch (error) {
      this.#fail(batch, error);
    }
  }

  #fail(batch: Batch, error: unknown): void {
    this.#cache.delete(batch.consumer);
    for (const job of batch.group) job.fail(error);
  }

  #load(batch: Batch): Awaitable<void> {
    const { consumer, sealed, keys, deadline } = batch;
    const query: LoadQuery = { by: { consumer }, sealed, counters: keys };
    return after(
      this.#call((context) => this.#store.load(query, context), deadline),
      (loaded) => {
        for (const key of keys) batch.counters.set(key, loaded.counters[key] ?? 0);
        const state = this.#parse(consumer, loaded);
        batch.base = { version: loaded.version, state, sealed: loaded.sealed, isFresh: true };
        // Client libraries send a command again when its answer is lost: the first one was carried out.
        if (batch.sent !== undefined && loaded.state === batch.sent) settle(batch);
      },
    );
  }

  /** Decides on a base, and saves the change. */
  #decide(batch: Batch, base: Base): Awaitable<void> {
    const { group, change } = decideTogether(batch.jobs, base, { now: this.now, counters: batch.counters });
    batch.group = group;
    if (change === undefined) {
      // No save confirms the cached version.
      if (base.isFresh) settle(batch);
      else batch.base = undefined;
      return;
    }
    batch.sent = JSON.stringify(change.state);
    const saving = this.#save(batch.consumer, base.version, change, batch.sent, batch.deadline);
    return after(saving, (saved) => this.#saved(batch, base, change, saved));
  }

  #saved(batch: Batch, base: Base, change: Change, saved: contract.SaveResult): Awaitable<void> {
    const { consumer } = batch;
    if (saved.result === "saved") {
      this.#remember(consumer, saved.version, change.state);
      settle(batch);
    } else if (saved.result === "version-conflict") {
      const { version, state } = saved;
      this.#cache.delete(consumer);
      batch.base = undefined;
      if (state !== undefined && state === batch.sent) settle(batch);
      else if (base.isFresh) return this.#backOff(batch);
      // A conflict with a cached version does not mean that other servers are busy with the consumer.
      else if (version !== undefined) {
        batch.base = { version, state: this.#parse(consumer, { version, state }), sealed: NONE, isFresh: true };
      }
    } else if (saved.result === "late" && !batch.isLate) {
      // The answer has corrected the estimate of the store's clock.
      batch.isLate = true;
    } else if (saved.result !== "late" && batch.group.length > 1) {
      // The refusal concerns one of the changes, so each is saved alone.
      for (const job of batch.group) job.isAlone = true;
      batch.isDone = true;
    } else if (saved.result === "limit-reached" && batch.refusals < LIMIT_REPEATS) {
      batch.refusals += 1;
      batch.counters.set(saved.limit, saved.value);
      // The store checks the version before the limits.
      batch.base = { ...base, isFresh: true };
    } else {
      throw refused(saved);
    }
  }

  #backOff(batch: Batch): Promise<void> {
    const left = batch.deadline - this.#clock.now();
    if (left <= 0) throw unavailable("had a newer change by another server each time");
    const { random = Math.random } = this.#options;
    const longest = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** batch.conflicts);
    batch.conflicts += 1;
    return pause(this.#clock, Math.min(left, Math.ceil(random() * longest)));
  }

  #save(consumer: string, version: number, change: Change, text: string, deadline: number) {
    const { state, setAliases, deleteAliases, setSealed, deleteSealed } = change;
    const now = this.now;
    const notAfter = now + deadline - this.#clock.now();
    const stateChange: contract.StateChange = {
      consumer,
      version,
      state: text,
      dueAt: nextDueAt(state),
      expiresAt: expiresAt(state, now),
      notAfter,
      start: change.start,
      aliases: setAliases || deleteAliases ? { set: setAliases, delete: deleteAliases } : undefined,
      sealed: setSealed || deleteSealed ? { set: setSealed, delete: deleteSealed } : undefined,
      members: change.members,
      counters: change.counters,
    };
    return this.#call((context) => this.#store.save(stateChange, context), deadline, notAfter);
  }

  /** Returns the state of an answer, and remembers it. The same version is parsed once. */
  #parse(consumer: string, stored: Pick<contract.Loaded, "version" | "state">): ParsedState {
    const cached = this.#cache.get(consumer);
    this.#cache.delete(consumer);
    if (stored.state === undefined) return EMPTY_STATE;
    const state = cached?.version === stored.version ? cached.state : parseState(stored.state);
    if (!("unreadable" in state)) this.#remember(consumer, stored.version, state);
    return state;
  }

  readonly #toListed = ({ consumer, ...stored }: contract.StoredState) => ({
    consumer,
    state: this.#parse(consumer, stored),
  });

  #remember(consumer: string, version: number, state: ConsumerState): void {
    this.#cache.delete(consumer);
    this.#cache.set(consumer, { version, state });
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHED_STATES && oldest !== undefined) this.#cache.delete(oldest);
  }

  #deadline(): number {
    return this.#clock.now() + this.#options.storeSeconds * 1000;
  }

  /**
   * Calls the store, until the deadline at the longest, and notes the status that it answers.
   *
   * @param notAfter only for a save: until then it can happen
   */
  #call<T>(
    operation: (context: CallContext) => Awaitable<contract.Answer<T>>,
    deadline = this.#deadline(),
    notAfter?: number,
  ): Awaitable<StoreStatus & T> {
    let answer: Awaitable<contract.Answer<T>>;
    try {
      answer = operation(this.#context);
    } catch (cause) {
      throw unavailable("failed", { cause, notAfter });
    }
    return isPromise(answer) ? this.#answerInTime(answer, deadline, notAfter) : this.#note(answer);
  }

  async #answerInTime<T>(pending: Promise<contract.Answer<T>>, deadline: number, notAfter: number | undefined) {
    let answer: contract.Answer<T> | typeof timeOver;
    try {
      answer = await within(this.#clock, Math.max(0, deadline - this.#clock.now()) / 1000, pending);
    } catch (cause) {
      throw unavailable("failed", { cause, notAfter });
    }
    if (answer === timeOver) throw unavailable("did not answer in time", { notAfter });
    return this.#note(answer);
  }

  #note<T>(answer: contract.Answer<T>): StoreStatus & T {
    this.#offset = answer.now - this.#clock.now();
    if (answer.replaced) {
      const isFirst = !this.#isReplaced;
      this.#isReplaced = true;
      if (isFirst) this.#options.onReplaced?.();
      throw new StoreError("replaced", "The store has other data than before. Open it again");
    }
    const { sequence, lossId } = answer;
    this.#joinSeen ||= answer.joinSeen;
    // An older answer may arrive later.
    if (sequence < this.#context.seen) return answer;
    if (sequence > this.#context.seen) this.#context = { storeId: this.id, seen: sequence };
    this.#lossId = lossId;
    if (lossId === undefined || this.#losses.has(lossId)) return answer;
    this.#losses.add(lossId);
    // After a loss another state may have the same version.
    this.#cache.clear();
    this.#options.onLoss?.(lossId);
    return answer;
  }
}

/** Updates that wait for a round trip of their consumer. */
interface Queue {
  readonly jobs: Job<unknown>[];
  /** By this server's clock, in ms. */
  lostAt: number;
}

/** Updates of one consumer that are decided together. */
interface Batch {
  readonly consumer: string;
  readonly jobs: readonly Job<unknown>[];
  /** Whether a decision needs the sealed texts. */
  readonly sealed: boolean;
  /** Counters that a decision needs. */
  readonly keys: readonly string[];
  readonly deadline: number;
  readonly counters: Map<string, number>;
  /** `undefined`: to be loaded. */
  base: Base | undefined;
  /** The jobs of the latest decision. */
  group: readonly Job<unknown>[];
  /** The state that the latest save wrote, if it did. */
  sent: string | undefined;
  conflicts: number;
  refusals: number;
  isLate: boolean;
  isDone: boolean;
}

/** The state that a batch is decided on. */
interface Base {
  readonly version: number;
  readonly state: ParsedState;
  readonly sealed: Snapshot["sealed"];
  /** The store has confirmed the version since the batch began. */
  readonly isFresh: boolean;
}

/** One call of {@link StoreSession.update}. */
class Job<T> {
  readonly options: UpdateOptions;
  /** When it fails if it is still queued, in ms of this server's clock. */
  readonly waitsUntil: number;
  /** It is, or was, part of a batch. */
  isBegun = false;
  /** Must be saved without others. */
  isAlone = false;
  isSettled = false;
  readonly #decide: (snapshot: Snapshot) => Decision<T>;
  /** Of the latest decision. */
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  #onSettled: (() => void) | undefined;

  constructor(decide: (snapshot: Snapshot) => Decision<T>, options: UpdateOptions, waitsUntil: number) {
    this.#decide = decide;
    this.options = options;
    this.waitsUntil = waitsUntil;
  }

  /** Decides, and returns the change. A decision that throws changes nothing. */
  change(state: ParsedState, sealed: Snapshot["sealed"], { now, counters }: Pick<Snapshot, "now" | "counters">) {
    try {
      if ("unreadable" in state && !this.options.replaceUnreadable) throw unreadable(state);
      const readable = "unreadable" in state ? EMPTY_STATE : state;
      const { outcome, change } = this.#decide({ state: readable, now, sealed, counters });
      this.#outcome = { value: outcome };
      return change;
    } catch (error) {
      this.#outcome = { error };
      return undefined;
    }
  }

  settle(): void {
    this.isSettled = true;
    this.#onSettled?.();
  }

  fail(error: unknown): void {
    if (this.isSettled) return;
    this.#outcome = { error };
    this.settle();
  }

  /** Returns the outcome, or throws it. */
  outcome(): T {
    if (this.#outcome === undefined) throw new Error("The update has no outcome yet");
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.value;
  }

  settled(): Promise<T> {
    return new Promise<void>((resolve) => {
      this.#onSettled = resolve;
    }).then(() => this.outcome());
  }
}

/** Decides jobs in order, each on the state that the former ones leave, up to one that must be saved alone. */
function decideTogether(jobs: readonly Job<unknown>[], base: Base, snapshot: Pick<Snapshot, "now" | "counters">) {
  let { state, sealed } = base;
  const changes: Change[] = [];
  let count = 0;
  for (const job of jobs) {
    const change = job.change(state, sealed, snapshot);
    if (change !== undefined && hasBound(change)) job.isAlone = true;
    if (job.isAlone && count > 0) break;
    count += 1;
    if (change !== undefined) {
      changes.push(change);
      state = change.state;
      if (change.setSealed || change.deleteSealed) sealed = changeSealed(sealed, change);
    }
    if (job.isAlone) break;
  }
  return { group: jobs.slice(0, count), change: merge(changes) };
}

/** Whether the store may refuse this change for a reason that does not concern others. */
const hasBound = ({ start, members = [], counters = [] }: Change): boolean =>
  start === true || [...members, ...counters].some(({ bound }) => bound !== undefined);

const changeSealed = (sealed: Snapshot["sealed"], { setSealed, deleteSealed = [] }: Change): Snapshot["sealed"] => ({
  ...Object.fromEntries(Object.entries(sealed).filter(([name]) => !deleteSealed.includes(name))),
  ...setSealed,
});

/** Returns one change with the effect of all of them in order. Each name is either set or deleted. */
function merge(changes: readonly Change[]): Change | undefined {
  const last = changes.at(-1);
  if (last === undefined || changes.length === 1) return last;
  const aliases = new Map<string, boolean>();
  const deleted = new Set<string>();
  for (const { setAliases = [], deleteAliases = [], setSealed = {}, deleteSealed = [] } of changes) {
    for (const alias of deleteAliases) aliases.set(alias, false);
    for (const alias of setAliases) aliases.set(alias, true);
    for (const name of deleteSealed) deleted.add(name);
    for (const name of Object.keys(setSealed)) deleted.delete(name);
  }
  return {
    state: last.state,
    setAliases: [...aliases.keys()].filter((alias) => aliases.get(alias)),
    deleteAliases: [...aliases.keys()].filter((alias) => !aliases.get(alias)),
    setSealed: changes.reduce(changeSealed, {}),
    deleteSealed: [...deleted],
    members: changes.flatMap(({ members = [] }) => members),
    counters: changes.flatMap(({ counters = [] }) => counters),
  };
}

function refused({ result }: contract.SaveResult): StoreError {
  if (result === "recovering") return new StoreError(result, "The store has lost data. Starts wait for its repair");
  if (result === "alias-taken") return new StoreError(result, "Another consumer has this conversation or token");
  return unavailable(result === "late" ? "received the change too late twice" : "refused a limit too often");
}

/** Names the code of the cause, such as `ECONNREFUSED`. Its message may contain the store's address. */
function unavailable(problem: string, details: StoreErrorDetails = {}): StoreError {
  const code = systemCode(details.cause);
  return new StoreError("unavailable", `The conversation store ${problem}${code ? `: ${code}` : ""}`, details);
}

const unreadable = ({ unreadable: reason }: { readonly unreadable: string }): StoreError =>
  new StoreError("unreadable", `A stored state cannot be read: ${reason}`);

function settle(batch: Batch): void {
  batch.isDone = true;
  for (const job of batch.group) job.settle();
}

const isOpen = ({ isSettled }: Job<unknown>): boolean => !isSettled;

const NONE: Snapshot["sealed"] = {};

/** Continues at once with a value, or later with that of a promise. */
function after<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(next) : next(value);
}
