/** A value, or a promise of it. Stores that know the answer at once return it without a promise. */
export type Awaitable<T> = T | Promise<T>;

/**
 * Where conversations are recorded: seven operations and no rules. The rules are pure functions in `state/`; a store only
 * keeps what they decide. `@equos-broker/store-tests` tests every sentence of this file.
 *
 * - **Time** is the store's own clock, in ms since 1970. Each answer carries it as `now`.
 * - **Atomicity**: each operation happens at one instant, or not at all. `save` checks everything before its first write.
 * - **A failure rejects.** An operation that rejected may have happened.
 * - **Identity**: each operation but `open` carries the store's id. With another id the answer is {@link Replaced} and
 *   nothing happens.
 * - **Lost writes**: a store that can lose its latest writes (a failover) counts its writes in `sequence`. A caller that
 *   has seen a higher sequence than the store has proves a loss. So does a due entry without its state. The store then
 *   gives the loss an id, `lossId`, and stays in recovery until `updateMeta` reports that very loss as recovered.
 */
export interface ConversationStore {
  /** Whether other processes use the same data. A shared store needs the options `deployment` and `encryptionSecret`. */
  readonly shared: boolean;
  /**
   * Returns the identity of the store's data. Creates it from the proposal if there is none. New data of a shared store
   * starts in recovery, because conversations of the former data may still run.
   *
   * @throws BrokerError when the store's settings cannot keep the promises above
   */
  open(proposal: StoreIdentityProposal): Awaitable<StoreIdentity>;
  /** Returns one consumer's state by its key or by an alias. Shared counters and sealed texts come on request. */
  load(query: LoadQuery, context: CallContext): Awaitable<Answer<Loaded>>;
  /** Writes one consumer's state if its version is unchanged, together with all that must change in the same instant. */
  save(change: StateChange, context: CallContext): Awaitable<Answer<SaveResult>>;
  /**
   * Returns consumers whose due time has passed, the longest overdue first, and moves each due time to `now + leaseMs`
   * without a new version. Also removes expired data.
   */
  claimDue(options: ClaimDueOptions, context: CallContext): Awaitable<Answer<ClaimedDue>>;
  /** Returns all consumers that have a due time, in pages. A consumer that has one throughout appears at least once. */
  list(cursor: string | undefined, context: CallContext): Awaitable<Answer<ListPage>>;
  /** Takes or renews a named lease for `ms`. Fails while another owner holds it. 0 ms releases it. */
  acquireLease(
    name: string,
    owner: string,
    ms: number,
    context: CallContext,
  ): Awaitable<Answer<{ readonly granted: boolean }>>;
  /** Changes what is known about the whole store. `updated` is false if the condition of the change does not hold. */
  updateMeta(change: MetaChange, context: CallContext): Awaitable<Answer<{ readonly updated: boolean }>>;
  /**
   * Optional. Returns the store that the broker uses instead of this one, such as the one store of this process. The broker
   * calls it before each `open`.
   *
   * @throws BrokerError if this store cannot be used where the server runs
   */
  attach?(user: StoreUser): ConversationStore;
  /**
   * Optional. Returns the consumer key for a text such as an identity: consumer keys of the store's own. Without it the
   * broker uses a keyed hash.
   */
  keyFor?(text: string): string;
}

/** The broker that uses a store. Brokers that differ in any of these must not use the same data. */
export interface StoreUser {
  /** Option `deployment` of the broker. */
  readonly deployment: string | undefined;
  /** URL of the Equos API. */
  readonly endpoint: string;
  /** Returns the API key, the function that fetches the key, or the client. A function, so that no log contains the key. */
  upstream(): unknown;
}

/** What a store takes for its identity if it has none yet. */
export interface StoreIdentityProposal {
  /** 8 letters and digits. The id becomes `<creation time in ms, base 36>-<nonce>`. */
  readonly nonce: string;
  /** Key for the keyed hashes; encrypted for a shared store. Opaque to the store. */
  readonly key: string;
  /** The highest state format that the caller writes. */
  readonly format: number;
}

/** What tells the data of one store from all other data. */
export interface StoreIdentity {
  readonly id: string;
  readonly key: string;
  /** The highest format that any caller has announced. A caller that cannot read it must not go on. */
  readonly format: number;
  readonly now: number;
}

/** Comes with every operation but `open`. */
export interface CallContext {
  readonly storeId: string;
  /** The highest `sequence` that the caller has seen. */
  readonly seen: number;
}

/** The data is not, or no longer, what the caller has opened. Nothing happened. */
export interface Replaced {
  readonly now: number;
  readonly replaced: true;
}

/** What every successful answer carries. */
export interface StoreStatus {
  readonly now: number;
  /** Rises with each write of the store and is lost together with it. Always 0 if a store loses all or nothing. */
  readonly sequence: number;
  /** Whether Equos was ever seen to report a join. */
  readonly joinSeen: boolean;
  /** Id of the latest loss, until that loss is recovered. */
  readonly lossId?: string | undefined;
  readonly replaced?: undefined;
}

/** What an operation returns: its result with the store's status, or that the data was replaced. */
export type Answer<T> = (StoreStatus & T) | Replaced;

/** Whose state to load, and what else to return. */
export interface LoadQuery {
  readonly by: { readonly consumer: string } | { readonly alias: string };
  /** Also return the consumer's sealed texts. Default: no. */
  readonly sealed?: boolean | undefined;
  /** Also return these counters. */
  readonly counters?: readonly string[] | undefined;
}

/** One consumer's data at one instant. */
export interface Loaded {
  /** `undefined`: no such consumer, or no such alias. With an alias, the consumer may have no state any more. */
  readonly consumer: string | undefined;
  /** 0 if there is no state. */
  readonly version: number;
  /** As it was saved. */
  readonly state: string | undefined;
  /** By name. Empty unless asked for. */
  readonly sealed: Readonly<Record<string, string>>;
  /** The counters asked for; 0 for one that does not exist. */
  readonly counters: Readonly<Record<string, number>>;
}

/** A member of a set that many consumers share, such as all active conversations. */
export interface MemberChange {
  readonly set: string;
  readonly id: string;
  /** The member counts until then, in ms. A time that has passed removes it. */
  readonly until: number;
  /** A new member is refused if the set has so many others already. Without it, or for a known id, nothing is checked. */
  readonly bound?: number | undefined;
  /** Ids that do not count against `bound`. */
  readonly ignoring?: readonly string[] | undefined;
}

/** A change of a counter that many consumers share. The window is part of the key. */
export interface CounterChange {
  readonly key: string;
  /** Negative: gives back. On an absent counter that does nothing, and a counter never falls below 0. */
  readonly add: number;
  /** Refused if the counter would exceed it. */
  readonly bound?: number | undefined;
  readonly expiresAt: number;
}

/** Everything that one `save` writes, at one instant. */
export interface StateChange {
  readonly consumer: string;
  /** The version that the decision was made on; 0 if there was no state. */
  readonly version: number;
  /** The next state. `undefined` removes it, with its sealed texts and its due time. */
  readonly state: string | undefined;
  /** When `claimDue` returns it. `undefined`: never. */
  readonly dueAt?: number | undefined;
  /** Housekeeping: the data may be removed from then on. Never earlier, never much later. */
  readonly expiresAt: number;
  /** The write is refused as `late` if the store's clock is past it. */
  readonly notAfter: number;
  /** A reservation: refused during recovery. Only such a change may be refused for lack of space. */
  readonly start?: boolean | undefined;
  readonly aliases?:
    | { readonly set?: readonly string[] | undefined; readonly delete?: readonly string[] | undefined }
    | undefined;
  readonly sealed?:
    | { readonly set?: Readonly<Record<string, string>> | undefined; readonly delete?: readonly string[] | undefined }
    | undefined;
  readonly members?: readonly MemberChange[] | undefined;
  readonly counters?: readonly CounterChange[] | undefined;
}

/**
 * The refusals are checked in this order: `late`, `recovering`, `version-conflict`, `alias-taken`, `limit-reached`. After
 * any of them nothing has changed.
 */
export type SaveResult =
  /** A first version is max(1, now), so that an old "absent" cannot match again. Each later one is larger by 1. */
  | { readonly result: "saved"; readonly version: number }
  | { readonly result: "late" }
  | { readonly result: "recovering" }
  /** With the present version and state, if the store has them at hand: the caller then need not load them. */
  | { readonly result: "version-conflict"; readonly version?: number | undefined; readonly state?: string | undefined }
  /** Another consumer holds this alias. */
  | { readonly result: "alias-taken"; readonly alias: string }
  /** The set or counter that refused, and its value without this change. */
  | { readonly result: "limit-reached"; readonly limit: string; readonly value: number };

/** How many consumers to claim, and for how long. */
export interface ClaimDueOptions {
  readonly limit: number;
  readonly leaseMs: number;
}

/** One consumer's state, with its version. */
export interface StoredState {
  readonly consumer: string;
  readonly version: number;
  readonly state: string;
}

/** The consumers that `claimDue` handed to this caller. */
export interface ClaimedDue {
  readonly claimed: readonly StoredState[];
  /** The earliest due time that is left after this claim, of any consumer. */
  readonly nextDueAt: number | undefined;
}

/** One page of a listing. */
export interface ListPage {
  readonly states: readonly StoredState[];
  /** `undefined`: this was the last page. */
  readonly cursor: string | undefined;
}

/** A change of what is known about the whole store. */
export type MetaChange =
  /** Equos was seen to report a join. */
  | { readonly joinSeen: true }
  /** The loss with this id is recovered. Not updated if a newer loss exists. */
  | { readonly recovered: string }
  /** Replaces the key. Not updated if the store has another key than `from`. */
  | { readonly key: { readonly from: string; readonly to: string } }
  /** Raises the format. Not updated if the store has a higher one. */
  | { readonly format: number };
