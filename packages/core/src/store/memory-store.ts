import { type Clock, systemClock } from "../clock.js";
import { environment } from "../environment.js";
import { BrokerError } from "../errors.js";
import { randomId } from "../hmac.js";
import type { Answer, ConversationStore, SaveResult, StateChange, StoreIdentity, StoreUser } from "./store.js";

const registryKey = Symbol.for("equos-broker.memory-stores");
/** How long a consumer's key is kept after its last use, in ms. */
const KEEP_KEY_MS = 10 * 60_000;

const NONE: readonly string[] = [];

/** Variables that a platform sets where it can run several instances of a server. */
const PLATFORM_VARIABLES = {
  NODE_APP_INSTANCE: "PM2",
  NODE_UNIQUE_ID: "A Node cluster",
  AWS_LAMBDA_FUNCTION_NAME: "AWS Lambda",
  VERCEL: "Vercel",
  NETLIFY: "Netlify",
  K_SERVICE: "Cloud Run",
  FUNCTIONS_WORKER_RUNTIME: "Azure Functions",
  DENO_DEPLOYMENT_ID: "Deno Deploy",
};

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** For tests: the store's time. A store with its own clock shares its data with no other store of the process. */
  readonly clock?: Clock | undefined;
  /** Confirms that one instance runs. Required on platforms that can run several, such as PM2, Lambda, and Vercel. */
  readonly singleProcess?: boolean | undefined;
}

/**
 * Returns a store that records conversations in the memory of this process, for a server with one instance. Several
 * instances need `redisStore`. A live conversation takes about 2 KB. All data is lost when the process ends.
 * Frameworks evaluate a module several times, so all brokers with the same deployment, endpoint, and API key share the data.
 *
 * @param options `singleProcess`: confirms that only one instance runs; `clock`: the store's time, for tests
 * @example
 * ```ts
 * const broker = new ConversationBroker({ store: memoryStore({ singleProcess: true }) });
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): ConversationStore {
  return new MemoryStore(options);
}

/** An item of a {@link TimeHeap}. `index`: its place there, -1 for none. */
type Timed = { time: number; index: number };
type Due = Timed & { readonly consumer: Consumer };
type Member = Timed & { readonly set: string; readonly id: string };
type Counter = Timed & { readonly key: string; value: number };

interface Consumer extends Timed {
  readonly key: string;
  /** The text that `keyFor` returns this key for. */
  readonly text: string | undefined;
  /** 0 if there is no state. */
  version: number;
  state: string | undefined;
  /** Sealed texts: name, text, name, text, … A map would take 200 bytes more. */
  sealed: readonly string[];
  aliases: readonly string[];
  due: Due | undefined;
}

/** Runs each operation to its end before the next one begins, because none of them waits. */
class MemoryStore implements ConversationStore {
  readonly shared = false;
  readonly #options: MemoryStoreOptions;
  readonly #clock: Clock;
  #identity: Omit<StoreIdentity, "now"> | undefined;
  #joinSeen = false;
  readonly #consumers = new Map<string, Consumer>();
  readonly #consumersByText = new Map<string, Consumer>();
  readonly #consumersByAlias = new Map<string, Consumer>();
  readonly #sets = new Map<string, Map<string, Member>>();
  readonly #counters = new Map<string, Counter>();
  readonly #leases = new Map<string, { readonly owner: string; readonly until: number }>();
  readonly #due = new TimeHeap<Due>();
  readonly #expiring = new TimeHeap<Consumer | Member | Counter>();

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  attach(user: StoreUser): ConversationStore {
    if (this.#options.clock !== undefined) return this;
    const platform = this.#options.singleProcess ? undefined : multiInstancePlatform();
    if (platform === undefined) return storeOfProcess(user, this);
    throw new BrokerError("store-not-shared", {
      hint: `${platform} can run several instances, and each would have a memory store of its own. Set the option store to redisStore(client), or to memoryStore({ singleProcess: true }) if only one instance runs`,
    });
  }

  keyFor(text: string): string {
    const now = this.#clock.now();
    this.#removeExpired(now);
    // Equos receives the key. A random key does not reveal the identity.
    const consumer = this.#consumersByText.get(text) ?? this.#addConsumer(randomId(12), text);
    this.#consumersByText.set(text, consumer);
    this.#expiring.put(consumer, Math.max(consumer.time, now + KEEP_KEY_MS));
    return consumer.key;
  }

  readonly open: ConversationStore["open"] = ({ nonce, key, format }) => {
    const now = this.#clock.now();
    this.#identity ??= { id: `${now.toString(36)}-${nonce}`, key, format };
    return { ...this.#identity, now };
  };

  readonly load: ConversationStore["load"] = ({ by, sealed, counters = [] }, context) =>
    this.#answer(context, () => {
      const consumer = "consumer" in by ? this.#consumers.get(by.consumer) : this.#consumersByAlias.get(by.alias);
      return {
        consumer: "consumer" in by && consumer?.state === undefined ? undefined : consumer?.key,
        version: consumer?.version ?? 0,
        state: consumer?.state,
        sealed: sealed && consumer ? Object.fromEntries(pairs(consumer.sealed)) : {},
        counters: Object.fromEntries(counters.map((key) => [key, this.#counters.get(key)?.value ?? 0])),
      };
    });

  readonly save: ConversationStore["save"] = (change, context) =>
    this.#answer<SaveResult>(context, (now) => {
      const refusal = this.#refuse(change, now);
      if (refusal !== undefined) return refusal;
      const consumer = this.#consumers.get(change.consumer) ?? this.#addConsumer(change.consumer);
      this.#expiring.put(consumer, change.expiresAt);
      this.#saveState(consumer, change, now);
      if (change.aliases !== undefined) this.#saveAliases(consumer, change.aliases);
      for (const { set, id, until } of change.members ?? []) {
        const members = this.#sets.get(set) ?? new Map<string, Member>();
        const member = members.get(id) ?? { set, id, time: 0, index: -1 };
        this.#sets.set(set, members.set(id, member));
        // If the time has passed, the next operation removes the member.
        this.#expiring.put(member, until);
      }
      for (const { key, add, expiresAt } of change.counters ?? []) {
        const counter = this.#counters.get(key) ?? { key, value: 0, time: 0, index: -1 };
        counter.value = Math.max(0, counter.value + add);
        this.#counters.set(key, counter);
        this.#expiring.put(counter, expiresAt);
      }
      return { result: "saved", version: consumer.version };
    });

  readonly claimDue: ConversationStore["claimDue"] = ({ limit, leaseMs }, context) =>
    this.#answer(context, (now) => {
      const claimed = this.#due.takeUntil(now, limit);
      for (const due of claimed) this.#due.put(due, now + leaseMs);
      return { claimed: claimed.map(toStored), nextDueAt: this.#due.items[0]?.time };
    });

  /** Returns all consumers in one page, because a page only refers to the states. */
  readonly list: ConversationStore["list"] = (_cursor, context) =>
    this.#answer(context, () => ({ states: this.#due.items.map(toStored), cursor: undefined }));

  readonly acquireLease: ConversationStore["acquireLease"] = (name, owner, ms, context) =>
    this.#answer(context, (now) => {
      const lease = this.#leases.get(name);
      const granted = lease === undefined || lease.until <= now || lease.owner === owner;
      if (granted) this.#leases.set(name, { owner, until: now + ms });
      return { granted };
    });

  readonly updateMeta: ConversationStore["updateMeta"] = (change, context) =>
    this.#answer(context, (_now, identity) => {
      if ("joinSeen" in change) this.#joinSeen = true;
      else if ("key" in change && change.key.from === identity.key)
        this.#identity = { ...identity, key: change.key.to };
      else if ("format" in change && change.format >= identity.format) this.#identity = { ...identity, ...change };
      // All data is lost together, so there is no loss to recover from.
      else return { updated: false };
      return { updated: true };
    });

  /** Removes expired data and runs the operation, unless the caller has opened other data. */
  #answer<T>(
    { storeId }: { readonly storeId: string },
    operation: (now: number, identity: Omit<StoreIdentity, "now">) => T,
  ): Answer<T> {
    const now = this.#clock.now();
    if (this.#identity?.id !== storeId) return { now, replaced: true };
    this.#removeExpired(now);
    const result = operation(now, this.#identity);
    return { now, sequence: 0, joinSeen: this.#joinSeen, lossId: undefined, ...result };
  }

  /** Checks everything before the first write, in the order of the contract. */
  #refuse(change: StateChange, now: number): SaveResult | undefined {
    if (now > change.notAfter) return { result: "late" };
    const consumer = this.#consumers.get(change.consumer);
    if ((consumer?.version ?? 0) !== change.version) return { result: "version-conflict" };
    for (const alias of change.aliases?.set ?? []) {
      const owner = this.#consumersByAlias.get(alias);
      if (owner !== undefined && owner !== consumer) return { result: "alias-taken", alias };
    }
    for (const { set, id, until, bound, ignoring } of change.members ?? []) {
      const members = this.#sets.get(set) ?? new Map<string, Member>();
      if (bound === undefined || until <= now || members.has(id)) continue;
      const ignored = [...new Set(ignoring)].filter((other) => members.has(other));
      const value = members.size - ignored.length;
      if (value >= bound) return { result: "limit-reached", limit: set, value };
    }
    // A change can name a counter twice: it gives back and charges again.
    const values = new Map<string, number>();
    for (const { key, add, bound } of change.counters ?? []) {
      const value = values.get(key) ?? this.#counters.get(key)?.value ?? 0;
      if (add > 0 && bound !== undefined && value + add > bound) return { result: "limit-reached", limit: key, value };
      values.set(key, Math.max(0, value + add));
    }
    return undefined;
  }

  #addConsumer(key: string, text?: string): Consumer {
    const empty = { version: 0, state: undefined, sealed: NONE, aliases: NONE, due: undefined };
    const consumer: Consumer = { key, text, ...empty, time: 0, index: -1 };
    this.#consumers.set(key, consumer);
    return consumer;
  }

  #saveState(consumer: Consumer, { state, dueAt, sealed }: StateChange, now: number): void {
    const nextVersion = consumer.version === 0 ? Math.max(1, now) : consumer.version + 1;
    consumer.version = state === undefined ? 0 : nextVersion;
    consumer.state = state && flatten(state);
    consumer.due ??= { consumer, time: 0, index: -1 };
    if (state === undefined || dueAt === undefined) this.#due.delete(consumer.due);
    else this.#due.put(consumer.due, dueAt);
    if (state === undefined) consumer.sealed = NONE;
    else if (sealed !== undefined) consumer.sealed = changeSealed(consumer.sealed, sealed);
  }

  #saveAliases(consumer: Consumer, changes: NonNullable<StateChange["aliases"]>): void {
    const isOwn = (alias: string) => this.#consumersByAlias.get(alias) === consumer;
    for (const alias of changes.delete ?? []) if (isOwn(alias)) this.#consumersByAlias.delete(alias);
    for (const alias of changes.set ?? []) this.#consumersByAlias.set(alias, consumer);
    consumer.aliases = [...new Set([...consumer.aliases, ...(changes.set ?? [])].filter(isOwn))].slice();
  }

  #removeExpired(now: number): void {
    for (const item of this.#expiring.takeUntil(now)) {
      if ("value" in item) {
        this.#counters.delete(item.key);
      } else if ("set" in item) {
        const members = this.#sets.get(item.set);
        if (members?.delete(item.id) && members.size === 0) this.#sets.delete(item.set);
      } else {
        if (item.due !== undefined) this.#due.delete(item.due);
        this.#consumers.delete(item.key);
        for (const alias of item.aliases) this.#consumersByAlias.delete(alias);
        if (item.text !== undefined) this.#consumersByText.delete(item.text);
      }
    }
  }
}

/** A binary heap: items by time, the earliest first. */
class TimeHeap<T extends Timed> {
  readonly items: T[] = [];

  /** Adds an item, or moves it to another time. */
  put(item: T, time: number): void {
    item.time = time;
    if (item.index < 0) item.index = this.items.push(item) - 1;
    this.#settle(item);
  }

  delete(item: T): void {
    const last = item.index < 0 ? item : this.items.pop();
    if (last !== undefined && last !== item) {
      this.items[item.index] = last;
      last.index = item.index;
      this.#settle(last);
    }
    item.index = -1;
  }

  /** Removes and returns the items up to this time, the earliest first. */
  takeUntil(time: number, limit = Number.POSITIVE_INFINITY): readonly T[] {
    const taken: T[] = [];
    // Almost every operation finds nothing.
    if (this.items[0] === undefined || this.items[0].time > time) return taken;
    for (let [item] = this.items; item && item.time <= time && taken.length < limit; [item] = this.items) {
      this.delete(item);
      taken.push(item);
    }
    return taken;
  }

  /** Swaps the item with its neighbours until they are in order. */
  #settle(item: T): void {
    for (let other = this.#misplaced(item); other !== undefined; other = this.#misplaced(item)) {
      [item.index, other.index] = [other.index, item.index];
      this.items[item.index] = item;
      this.items[other.index] = other;
    }
  }

  /** Returns the parent if it is later than the item, or the first child if it is earlier. */
  #misplaced({ index, time }: T): T | undefined {
    const parent = index > 0 ? this.items[(index - 1) >> 1] : undefined;
    if (parent !== undefined && parent.time > time) return parent;
    const [left, right] = [this.items[2 * index + 1], this.items[2 * index + 2]];
    const child = left !== undefined && right !== undefined && right.time < left.time ? right : left;
    return child !== undefined && child.time < time ? child : undefined;
  }
}

function changeSealed(sealed: readonly string[], changes: NonNullable<StateChange["sealed"]>): readonly string[] {
  const { set = {}, delete: removed = [] } = changes;
  const flat: string[] = [];
  for (const [name, text] of pairs(sealed)) {
    if (!removed.includes(name) && !Object.hasOwn(set, name)) flat.push(name, text);
  }
  for (const [name, text] of Object.entries(set)) flat.push(name, flatten(text));
  // The copy has no room for more.
  return flat.length === 0 ? NONE : flat.slice();
}

function pairs(flat: readonly string[]): [string, string][] {
  const all: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) all.push([flat[index] ?? "", flat[index + 1] ?? ""]);
  return all;
}

const toStored = ({ consumer: { key, version, state = "" } }: Due) => ({ consumer: key, version, state });

/** Returns the same text. Reading a character makes V8 join the pieces that `JSON.stringify` leaves: 200 bytes less. */
const flatten = (text: string): string => (Number.isNaN(text.charCodeAt(0)) ? "" : text);

/** Returns the store that this process uses for a deployment, endpoint, and API key: the first one that was attached. */
function storeOfProcess(user: StoreUser, own: ConversationStore): ConversationStore {
  const registry = globalThis as { [registryKey]?: { readonly user: StoreUser; readonly store: ConversationStore }[] };
  registry[registryKey] ??= [];
  const present = registry[registryKey].find((entry) => isSame(entry.user, user));
  if (present === undefined) registry[registryKey].push({ user, store: own });
  return present?.store ?? own;
}

/** A module that is evaluated twice creates new functions and clients. Within one deployment they count as the same. */
function isSame(first: StoreUser, second: StoreUser): boolean {
  if (first.deployment !== second.deployment || first.endpoint !== second.endpoint) return false;
  const [key, other] = [first.upstream(), second.upstream()];
  return key === other || (first.deployment !== undefined && typeof key !== "string" && typeof other !== "string");
}

function multiInstancePlatform(): string | undefined {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  if (navigator?.userAgent === "Cloudflare-Workers") return "Cloudflare Workers";
  return Object.entries(PLATFORM_VARIABLES).find(([variable]) => environment(variable) !== undefined)?.[1];
}
