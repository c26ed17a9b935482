import { systemCode } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { isPromise, outcomeWithin, pause, timeOver, within } from "../deadline.js";
import { BrokerError, isBrokerError } from "../errors.js";
import { SharedWork } from "../shared-work.js";
import { expiresAt, nextDueAt } from "../state/due.js";
import { type Change, type ConsumerState, type Decision, EMPTY_STATE, parseState } from "../state/state.js";
import type * as contract from "./store.js";
import type { Awaitable, ConversationStore, LoadQuery } from "./store.js";

/** How often a decision is repeated with a value that the store has reported as `limit-reached`. */
const LIMIT_REPEATS = 3;
/** Longest wait before the first repetition after a version conflict, in ms. It doubles each time. */
const FIRST_BACKOFF_MS = 10;
/** Longest wait before any repetition after a version conflict, in ms. */
const LONGEST_BACKOFF_MS = 320;
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

/** Names the code of the cause, such as `ECONNREFUSED`. Its message may contain the store's address. */
function unavailable(problem: string, details: StoreErrorDetails = {}): StoreError {
  const code = systemCode(details.cause);
  return new StoreError("unavailable", `The conversation store ${problem}${code ? `: ${code}` : ""}`, details);
}
const overdue = (notAfter?: number): StoreError => unavailable("did not answer in time", { notAfter });
const unreadable = (reason: string): StoreError =>
  new StoreError("unreadable", `A stored state cannot be read: ${reason}`);

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
  const session = createSession(store, identity, options);
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
 * with a {@link StoreError}. `update` and `read` return without a promise if the store answers without one.
 */
export type StoreSession = ReturnType<typeof createSession>;

function createSession(store: ConversationStore, identity: contract.StoreIdentity, options: SessionOptions) {
  const { clock, storeSeconds, random = Math.random } = options;
  /** How far the store's clock is ahead of this server's, in ms. */
  let offset = identity.now - clock.now();
  let context: contract.CallContext = { storeId: identity.id, seen: 0 };
  let lossId: string | undefined;
  let reportedLoss: string | undefined;
  let joinSeen = false;
  let isReplaced = false;
  /** Updates that no round works on, by consumer. */
  const waiting = new Map<string, Job<unknown>[]>();
  /** Rounds of updates, by consumer. After one second more than the store has, a round counts as lost. */
  const rounds = new SharedWork<string, void>(clock, storeSeconds + 1);
  /** The states that were loaded or saved last, by consumer, the oldest first. */
  const cache = new Map<string, { readonly version: number; readonly state: ConsumerState }>();

  const storeTime = () => clock.now() + offset;
  const deadline = () => clock.now() + storeSeconds * 1000;

  /** Notes the status that an answer carries. */
  function note<T>(answer: contract.Answer<T>): contract.StoreStatus & T {
    offset = answer.now - clock.now();
    if (answer.replaced) {
      if (!isReplaced) {
        isReplaced = true;
        options.onReplaced?.();
      }
      throw new StoreError("replaced", "The store has other data than before. Open it again");
    }
    joinSeen ||= answer.joinSeen;
    // An older answer may arrive later.
    if (answer.sequence < context.seen) return answer;
    if (answer.sequence > context.seen) context = { storeId: identity.id, seen: answer.sequence };
    lossId = answer.lossId;
    if (lossId !== undefined && lossId !== reportedLoss) {
      reportedLoss = lossId;
      // After a loss another state may have the same version.
      cache.clear();
      options.onLoss?.(lossId);
    }
    return answer;
  }

  /**
   * Calls the store.
   *
   * @param until end of the wait, by this server's clock in ms
   * @param notAfter only for a save: until then it can happen
   */
  function call<T>(
    operation: (context: contract.CallContext) => Awaitable<contract.Answer<T>>,
    until = deadline(),
    notAfter?: number,
  ): Awaitable<contract.StoreStatus & T> {
    const fail = (cause: unknown): never => {
      throw unavailable("failed", { cause, notAfter });
    };
    let answer: Awaitable<contract.Answer<T>>;
    try {
      answer = operation(context);
    } catch (cause) {
      return fail(cause);
    }
    if (!isPromise(answer)) return note(answer);
    return within(clock, Math.max(0, until - clock.now()) / 1000, answer).then((outcome) => {
      if (outcome === timeOver) throw overdue(notAfter);
      return note(outcome);
    }, fail);
  }

  function remember(consumer: string, version: number, state: ConsumerState): void {
    cache.delete(consumer);
    cache.set(consumer, { version, state });
    if (cache.size <= CACHED_STATES) return;
    const [oldest = ""] = cache.keys();
    cache.delete(oldest);
  }

  /** Returns the state of an answer, and remembers it. The same version is parsed once. */
  function parse(consumer: string, { version, state: text }: Pick<contract.Loaded, "version" | "state">): ParsedState {
    const cached = cache.get(consumer);
    cache.delete(consumer);
    if (text === undefined) return EMPTY_STATE;
    const state = cached?.version === version ? cached.state : parseState(text);
    if (!("unreadable" in state)) remember(consumer, version, state);
    return state;
  }

  const toListed = (stored: contract.StoredState) => ({
    consumer: stored.consumer,
    state: parse(stored.consumer, stored),
  });

  function* read(by: LoadQuery["by"], sealed: boolean | undefined) {
    const loaded = yield* wait(call((context) => store.load({ by, sealed }, context)));
    const { consumer } = loaded;
    const state = consumer === undefined ? EMPTY_STATE : parse(consumer, loaded);
    if ("unreadable" in state) throw unreadable(state.unreadable);
    const isKnown =
      "consumer" in by ||
      state.records.some(({ conversation, token }) => conversation === by.alias || token === by.alias);
    return isKnown
      ? { consumer, state, sealed: loaded.sealed }
      : { consumer: undefined, state: EMPTY_STATE, sealed: {} };
  }

  function save(consumer: string, version: number, text: string, change: Change, until: number) {
    const { state, start, setAliases, deleteAliases, setSealed, deleteSealed, members, counters } = change;
    const now = storeTime();
    const notAfter = now + until - clock.now();
    const stateChange: contract.StateChange = {
      consumer,
      version,
      state: text,
      dueAt: nextDueAt(state),
      expiresAt: expiresAt(state, now),
      notAfter,
      start,
      aliases: setAliases || deleteAliases ? { set: setAliases, delete: deleteAliases } : undefined,
      sealed: setSealed || deleteSealed ? { set: setSealed, delete: deleteSealed } : undefined,
      members,
      counters,
    };
    return call((context) => store.save(stateChange, context), until, notAfter);
  }

  /** Decides and saves as many of the waiting updates as can be saved together. The others wait on. Never throws. */
  function* round(consumer: string): Steps<void> {
    const taken = waiting.get(consumer) ?? [];
    waiting.delete(consumer);
    for (const job of taken) {
      job.isSettled = job.waitsUntil <= clock.now();
      job.waitsUntil = Number.POSITIVE_INFINITY;
      job.isTaken = true;
    }
    const jobs = taken.filter((job) => !job.isSettled);
    if (jobs.length === 0) return;
    const until = deadline();
    const sealed = jobs.some((job) => job.options.sealed);
    const keys = jobs.flatMap((job) => job.options.counters ?? []);
    const counters = new Map<string, number>();
    /** `undefined`: to be loaded. */
    let base: { readonly version: number; readonly state: ParsedState } | undefined;
    if (store.shared && !sealed && keys.length === 0) base = cache.get(consumer);
    let texts = NO_TEXTS;
    /** Whether the store has confirmed the version since the jobs began. */
    let isFresh = false;
    /** The jobs of the latest decision. */
    let group = jobs;
    /** The state of the latest save. */
    let sent: string | undefined;
    let conflicts = 0;
    let refusals = 0;
    let isLate = false;
    try {
      for (;;) {
        if (base === undefined) {
          const query = { by: { consumer }, sealed, counters: keys };
          const loaded = yield* wait(call((context) => store.load(query, context), until));
          for (const key of keys) counters.set(key, loaded.counters[key] ?? 0);
          base = { version: loaded.version, state: parse(consumer, loaded) };
          texts = loaded.sealed;
          isFresh = true;
          // Client libraries send a command again when its answer is lost: the first one was carried out.
          if (loaded.state !== undefined && loaded.state === sent) break;
        }
        const decided = decideTogether(jobs, base.state, texts, storeTime(), counters);
        const { change } = decided;
        group = decided.group;
        if (change === undefined) {
          if (isFresh) break;
          // No save confirms the cached version.
          base = undefined;
          continue;
        }
        sent = JSON.stringify(change.state);
        const saved = yield* wait(save(consumer, base.version, sent, change, until));
        if (saved.result === "saved") {
          remember(consumer, saved.version, change.state);
          break;
        }
        if (saved.result === "version-conflict") {
          const { version, state } = saved;
          cache.delete(consumer);
          if (state !== undefined && state === sent) break;
          base = undefined;
          if (isFresh) {
            const left = until - clock.now();
            if (left <= 0) throw unavailable("had a newer change by another server each time");
            const longest = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** conflicts);
            conflicts += 1;
            yield pause(clock, Math.min(left, Math.ceil(random() * longest)));
          } else if (version !== undefined) {
            // A conflict with a cached version does not mean that other servers are busy with the consumer.
            base = { version, state: parse(consumer, { version, state }) };
            isFresh = true;
          }
        } else if (saved.result === "late") {
          if (isLate) throw unavailable("received the change too late twice");
          // The answer has corrected the estimate of the store's clock.
          isLate = true;
        } else if (group.length > 1) {
          // The refusal concerns one of the changes, so each is saved alone.
          for (const job of group) job.isAlone = true;
        } else if (saved.result === "limit-reached") {
          if (refusals === LIMIT_REPEATS) throw unavailable("refused a limit too often");
          refusals += 1;
          counters.set(saved.limit, saved.value);
          // The store checks the version before the limits.
          isFresh = true;
        } else {
          throw new StoreError(saved.result, REFUSALS[saved.result]);
        }
      }
    } catch (error) {
      cache.delete(consumer);
      for (const job of group) job.outcome = throws(error);
    }
    for (const job of group) job.isSettled = true;
    const left = jobs.slice(group.length);
    for (const job of left) {
      job.isTaken = false;
      // A platform may have ended its request, so that no round settles it in time.
      job.waitsUntil = deadline();
    }
    if (left.length > 0) waiting.set(consumer, [...left, ...(waiting.get(consumer) ?? [])]);
  }

  /** Takes part in rounds until the update is settled. */
  async function outcome<T>(consumer: string, job: Job<T>, begun: Promise<void> | undefined): Promise<T> {
    await begun;
    while (!job.isSettled) {
      // A platform may have ended the round together with its request.
      if (job.isTaken && !rounds.underWay(consumer)) throw overdue(storeTime());
      await rounds.run(consumer, async () => run(round(consumer)));
    }
    return job.outcome();
  }

  /**
   * Loads a consumer's state, decides, and saves. Repeats that if another server was faster. Updates of one consumer that
   * wait for the same round trip are decided together and saved at once.
   *
   * @param decide runs at least once. It must be pure and synchronous
   */
  function update<T>(
    consumer: string,
    decide: (snapshot: Snapshot) => Decision<T>,
    updateOptions: UpdateOptions = {},
  ): Awaitable<T> {
    const job: Job<T> = {
      decide,
      options: updateOptions,
      waitsUntil: deadline(),
      isTaken: false,
      isAlone: false,
      isSettled: false,
      outcome: expired,
    };
    const jobs = waiting.get(consumer);
    if (jobs === undefined) waiting.set(consumer, [job]);
    else jobs.push(job);
    const begun = rounds.underWay(consumer) ? undefined : run(round(consumer));
    return job.isSettled
      ? job.outcome()
      : outcome(consumer, job, isPromise(begun) ? rounds.run(consumer, () => begun) : undefined);
  }

  return {
    /** Id of the store's data. */
    id: identity.id,
    /** Key for the keyed hashes, as the store has it; encrypted for a shared store. */
    key: identity.key,
    /** Estimated time of the store's clock, in ms. */
    get now() {
      return storeTime();
    },
    /** Id of the latest loss that is not recovered, by the latest answer. */
    get lossId() {
      return lossId;
    },
    /** Whether Equos was ever seen to report a join, by the latest answer. */
    get joinSeen() {
      return joinSeen;
    },
    update,
    /** Returns a state without changing it. An alias that no record of the state has counts as absent. */
    read: (by: LoadQuery["by"], { sealed }: Pick<LoadQuery, "sealed"> = {}) => run(read(by, sealed)),
    /** Claims consumers whose due time has passed. An unreadable state does not hide the others. */
    async claimDue(claim: contract.ClaimDueOptions) {
      const { claimed, nextDueAt } = await call((context) => store.claimDue(claim, context));
      return { claimed: claimed.map(toListed), nextDueAt };
    },
    /** Returns all consumers that have a due time. A consumer may appear twice. */
    async *list() {
      let cursor: string | undefined;
      do {
        const page = await call((context) => store.list(cursor, context));
        for (const stored of page.states) yield toListed(stored);
        cursor = page.cursor;
      } while (cursor !== undefined);
    },
    /** Takes or renews a lease for `ms`, and returns whether this owner has it. 0 ms releases it. */
    acquireLease: async (name: string, owner: string, ms: number) =>
      (await call((context) => store.acquireLease(name, owner, ms, context))).granted,
    /** Changes what is known about the whole store, and returns whether the condition of the change held. */
    updateMeta: async (change: contract.MetaChange) =>
      (await call((context) => store.updateMeta(change, context))).updated,
  };
}

/** Work that waits for the promises that it yields. */
type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Returns a value, or what its promise resolves to: `run` continues with that. */
function* wait<T>(value: Awaitable<T>): Steps<T> {
  return isPromise(value) ? ((yield value) as T) : value;
}

/** Runs steps to their end: at once if they yield no promise. */
function run<T>(steps: Steps<T>): Awaitable<T> {
  const step = steps.next();
  return step.done ? step.value : runLater(steps, step);
}

async function runLater<T>(steps: Steps<T>, step: IteratorResult<Promise<unknown>, T>): Promise<T> {
  let present = step;
  while (!present.done) {
    present = await present.value.then(
      (value) => steps.next(value),
      (error) => steps.throw(error),
    );
  }
  return present.value;
}

/** One update. */
interface Job<T> {
  readonly decide: (snapshot: Snapshot) => Decision<T>;
  readonly options: UpdateOptions;
  /** When it fails if no round has begun it, by this server's clock in ms. */
  waitsUntil: number;
  /** A round works on it. */
  isTaken: boolean;
  /** Must be saved without others. */
  isAlone: boolean;
  isSettled: boolean;
  /** Returns the outcome of the latest decision, or throws its error. Before the first one: throws that none came in time. */
  outcome: () => T;
}

function expired(): never {
  throw overdue();
}

const throws = (error: unknown) => () => {
  throw error;
};

/** Decides jobs in order, each on the state that the former ones leave, up to one that must be saved alone. */
function decideTogether(
  jobs: readonly Job<unknown>[],
  base: ParsedState,
  texts: Snapshot["sealed"],
  now: number,
  counters: Snapshot["counters"],
) {
  let [state, sealed] = [base, texts];
  let merged: Change | undefined;
  let count = 0;
  for (const job of jobs) {
    let change: Change | undefined;
    try {
      if ("unreadable" in state && !job.options.replaceUnreadable) throw unreadable(state.unreadable);
      const decision = job.decide({ state: "unreadable" in state ? EMPTY_STATE : state, now, sealed, counters });
      job.outcome = () => decision.outcome;
      change = decision.change;
    } catch (error) {
      // A decision that throws changes nothing.
      job.outcome = throws(error);
    }
    if (change?.start || isBounded(change?.members) || isBounded(change?.counters)) job.isAlone = true;
    if (job.isAlone && count > 0) break;
    count += 1;
    if (change !== undefined) {
      state = change.state;
      if (change.setSealed || change.deleteSealed) sealed = changeTexts(sealed, change);
      merged = merge(merged, change);
    }
    if (job.isAlone) break;
  }
  return { group: jobs.slice(0, count), change: merged };
}

/** Whether the store may refuse a part of a change for a reason that does not concern other changes. */
const isBounded = (items: Change["members"] | Change["counters"]): boolean =>
  items?.some(({ bound }) => bound !== undefined) ?? false;

/** Returns one change with the effect of both. Each name is either set or deleted. */
const merge = (first: Change | undefined, next: Change): Change =>
  first === undefined
    ? next
    : {
        state: next.state,
        setAliases: [...without(first.setAliases, next.deleteAliases), ...(next.setAliases ?? [])],
        deleteAliases: [...without(first.deleteAliases, next.setAliases), ...(next.deleteAliases ?? [])],
        setSealed: changeTexts(first.setSealed, next),
        deleteSealed: [...without(first.deleteSealed, Object.keys(next.setSealed ?? {})), ...(next.deleteSealed ?? [])],
        members: [...(first.members ?? []), ...(next.members ?? [])],
        counters: [...(first.counters ?? []), ...(next.counters ?? [])],
      };

const without = (names: readonly string[] = [], removed: readonly string[] = []): readonly string[] =>
  names.filter((name) => !removed.includes(name));

function changeTexts(texts: Snapshot["sealed"] = {}, { setSealed, deleteSealed }: Change): Snapshot["sealed"] {
  const kept = without(Object.keys(texts), deleteSealed).map((name) => [name, texts[name]]);
  return { ...Object.fromEntries(kept), ...setSealed };
}

const REFUSALS = {
  recovering: "The store has lost data. Starts wait for its repair",
  "alias-taken": "Another consumer has this conversation or token",
};

const NO_TEXTS: Snapshot["sealed"] = {};
