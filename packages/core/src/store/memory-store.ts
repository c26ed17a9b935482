import { type Clock, systemClock } from "../clock.js";
import { environment, nodeModule } from "../environment.js";
import { BrokerError } from "../errors.js";
import { randomId } from "../hmac.js";
import type {
  Answer,
  CallContext,
  ConversationStore,
  SaveResult,
  StateChange,
  StoreIdentity,
  StoreUser,
} from "./store.js";

const registryKey = Symbol.for("equos-broker.memory-stores");
/** How long a consumer's key is kept after its last use, in ms. */
const KEEP_KEY_MS = 10 * 60_000;

/** Variables that a platform sets where it can run several instances of a server. */
const PLATFORM_VARIABLES = {
  AWS_LAMBDA_FUNCTION_NAME: "AWS Lambda",
  VERCEL: "Vercel",
  NETLIFY: "Netlify",
  K_SERVICE: "Cloud Run",
  FUNCTIONS_WORKER_RUNTIME: "Azure Functions",
  DENO_DEPLOYMENT_ID: "Deno Deploy",
};
/** Variables that the development tools of these platforms set on a developer's machine. */
const LOCAL_VARIABLES = {
  VERCEL_ENV: "development",
  NETLIFY_DEV: "true",
  AWS_SAM_LOCAL: "true",
  /** serverless-offline */
  IS_OFFLINE: "true",
  /** Firebase */
  FUNCTIONS_EMULATOR: "true",
  AZURE_FUNCTIONS_ENVIRONMENT: "Development",
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
  const { clock = systemClock } = options;
  let identity: Omit<StoreIdentity, "now"> | undefined;
  let joinSeen = false;
  const consumers = new Map<string, Consumer>();
  const consumersByText = new Map<string, Consumer>();
  const consumersByAlias = new Map<string, Consumer>();
  const sets = new Map<string, Map<string, Member>>();
  const counters = new Map<string, Counter>();
  const leases = new Map<string, { readonly owner: string; readonly until: number }>();
  const due = new TimeHeap<Due>();
  const expiring = new TimeHeap<Consumer | Member | Counter>();

  /** Removes expired data and runs the operation, unless the caller has opened other data. */
  function answer<T extends object>({ storeId }: CallContext, operation: (now: number) => T): Answer<T> {
    const now = clock.now();
    if (identity?.id !== storeId) return { now, replaced: true };
    removeExpired(now);
    return Object.assign(operation(now), { now, sequence: 0, joinSeen, lossId: undefined });
  }

  function removeExpired(now: number): void {
    for (const item of expiring.takeUntil(now)) {
      if ("value" in item) {
        counters.delete(item.key);
      } else if ("set" in item) {
        const members = sets.get(item.set);
        if (members?.delete(item.id) && members.size === 0) sets.delete(item.set);
      } else {
        if (item.due !== undefined) due.delete(item.due);
        consumers.delete(item.key);
        for (const alias of item.aliases) consumersByAlias.delete(alias);
        if (item.text !== undefined) consumersByText.delete(item.text);
      }
    }
  }

  function addConsumer(key: string, text?: string): Consumer {
    const consumer: Consumer = {
      key,
      text,
      version: 0,
      state: undefined,
      sealed: [],
      aliases: [],
      due: undefined,
      time: 0,
      index: -1,
    };
    consumers.set(key, consumer);
    return consumer;
  }

  /** Checks everything before the first write, in the order of the contract. */
  function refuse(change: StateChange, now: number): SaveResult | undefined {
    if (now > change.notAfter) return { result: "late" };
    const consumer = consumers.get(change.consumer);
    if ((consumer?.version ?? 0) !== change.version) return { result: "version-conflict" };
    for (const alias of change.aliases?.set ?? []) {
      const owner = consumersByAlias.get(alias);
      if (owner !== undefined && owner !== consumer) return { result: "alias-taken", alias };
    }
    for (const { set, id, until, bound, ignoring } of change.members ?? []) {
      const members = sets.get(set);
      if (bound === undefined || until <= now || members?.has(id)) continue;
      const ignored = [...new Set(ignoring)].filter((other) => members?.has(other));
      const value = (members?.size ?? 0) - ignored.length;
      if (value >= bound) return { result: "limit-reached", limit: set, value };
    }
    if (change.counters === undefined) return undefined;
    // A change can name a counter twice: it gives back and charges again.
    const values = new Map<string, number>();
    for (const { key, add, bound } of change.counters) {
      const value = values.get(key) ?? counters.get(key)?.value ?? 0;
      if (add > 0 && bound !== undefined && value + add > bound) return { result: "limit-reached", limit: key, value };
      values.set(key, Math.max(0, value + add));
    }
    return undefined;
  }

  function write(change: StateChange, now: number): number {
    const { state, dueAt, aliases, sealed } = change;
    const consumer = consumers.get(change.consumer) ?? addConsumer(change.consumer);
    const nextVersion = consumer.version === 0 ? Math.max(1, now) : consumer.version + 1;
    consumer.version = state === undefined ? 0 : nextVersion;
    consumer.state = state && flatten(state);
    expiring.put(consumer, change.expiresAt);
    consumer.due ??= { consumer, time: 0, index: -1 };
    if (state === undefined || dueAt === undefined) due.delete(consumer.due);
    else due.put(consumer.due, dueAt);
    if (state === undefined) consumer.sealed = [];
    else if (sealed !== undefined) {
      const { set = {}, delete: removed = [] } = sealed;
      const texts = consumer.sealed.filter(({ name }) => !removed.includes(name) && !Object.hasOwn(set, name));
      for (const [name, text] of Object.entries(set)) texts.push({ name, text: flatten(text) });
      consumer.sealed = trim(texts);
    }
    if (aliases !== undefined) {
      const { set = NONE, delete: removed = NONE } = aliases;
      const own = consumer.aliases.filter((alias) => !removed.includes(alias) && !set.includes(alias));
      for (const alias of removed) if (consumersByAlias.get(alias) === consumer) consumersByAlias.delete(alias);
      for (const alias of set) {
        consumersByAlias.set(alias, consumer);
        own.push(alias);
      }
      consumer.aliases = trim(own);
    }
    for (const { set, id, until } of change.members ?? []) {
      const members = sets.get(set) ?? new Map<string, Member>();
      const member = members.get(id) ?? { set, id, time: 0, index: -1 };
      sets.set(set, members.set(id, member));
      // If the time has passed, the next operation removes the member.
      expiring.put(member, until);
    }
    for (const { key, add, expiresAt } of change.counters ?? []) {
      const counter = counters.get(key) ?? { key, value: 0, time: 0, index: -1 };
      counter.value = Math.max(0, counter.value + add);
      counters.set(key, counter);
      expiring.put(counter, expiresAt);
    }
    return consumer.version;
  }

  const store: ConversationStore = {
    shared: false,
    attach(user) {
      if (options.clock !== undefined) return store;
      const platform = options.singleProcess ? undefined : multiInstancePlatform();
      if (platform === undefined) return storeOfProcess(user, store);
      throw new BrokerError("store-not-shared", {
        hint: `${platform} can run several instances, and each would have its own memory store. Set the option store to redisStore(client), or to memoryStore({ singleProcess: true }) if only one instance runs`,
      });
    },
    keyFor(text) {
      const now = clock.now();
      removeExpired(now);
      // Equos receives the key. A random key does not reveal the identity.
      const consumer = consumersByText.get(text) ?? addConsumer(randomId(12), text);
      consumersByText.set(text, consumer);
      expiring.put(consumer, Math.max(consumer.time, now + KEEP_KEY_MS));
      return consumer.key;
    },
    open({ nonce, key, format }) {
      const now = clock.now();
      identity ??= { id: `${now.toString(36)}-${nonce}`, key, format };
      return { ...identity, now };
    },
    load: ({ by, sealed, counters: keys }, context) =>
      answer(context, () => {
        const consumer = "consumer" in by ? consumers.get(by.consumer) : consumersByAlias.get(by.alias);
        return {
          consumer: "consumer" in by && consumer?.state === undefined ? undefined : consumer?.key,
          version: consumer?.version ?? 0,
          state: consumer?.state,
          sealed: sealed && consumer ? Object.fromEntries(consumer.sealed.map(({ name, text }) => [name, text])) : {},
          counters:
            keys === undefined ? {} : Object.fromEntries(keys.map((key) => [key, counters.get(key)?.value ?? 0])),
        };
      }),
    save: (change, context) =>
      answer<SaveResult>(context, (now) => refuse(change, now) ?? { result: "saved", version: write(change, now) }),
    claimDue: ({ limit, leaseMs }, context) =>
      answer(context, (now) => {
        const claimed = due.takeUntil(now, limit);
        for (const item of claimed) due.put(item, now + leaseMs);
        return { claimed: claimed.map(toStored), nextDueAt: due.items[0]?.time };
      }),
    /** Returns all consumers in one page, because a page only refers to the states. */
    list: (_cursor, context) => answer(context, () => ({ states: due.items.map(toStored), cursor: undefined })),
    acquireLease: (name, owner, ms, context) =>
      answer(context, (now) => {
        const lease = leases.get(name);
        const granted = lease === undefined || lease.until <= now || lease.owner === owner;
        if (granted) leases.set(name, { owner, until: now + ms });
        return { granted };
      }),
    updateMeta: (change, context) =>
      answer(context, () => {
        if ("joinSeen" in change) joinSeen = true;
        else if ("key" in change && change.key.from === identity?.key) identity = { ...identity, key: change.key.to };
        else if ("format" in change && identity && change.format >= identity.format)
          identity = { ...identity, ...change };
        // All data is lost together, so there is no loss to recover from.
        else return { updated: false };
        return { updated: true };
      }),
  };
  return store;
}

const NONE: readonly never[] = [];

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
  /** A map or a record would take 200 bytes more. */
  sealed: readonly { readonly name: string; readonly text: string }[];
  aliases: readonly string[];
  due: Due | undefined;
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
    // Almost every call finds nothing.
    if (this.items[0] === undefined || this.items[0].time > time) return NONE;
    const taken: T[] = [];
    for (let item = this.items[0]; item && item.time <= time && taken.length < limit; item = this.items[0]) {
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

const toStored = ({ consumer: { key, version, state = "" } }: Due) => ({ consumer: key, version, state });

/** Returns the same text. Reading a character makes V8 join the pieces that `JSON.stringify` leaves: 400 bytes less. */
const flatten = (text: string): string => (Number.isNaN(text.charCodeAt(0)) ? "" : text);

/** Returns a copy that has no room for more items. */
const trim = <T>(items: readonly T[]): readonly T[] => items.slice();

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

/** Returns what can run several instances of this server, each with a memory of its own. */
function multiInstancePlatform(): string | undefined {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  if (navigator?.userAgent === "Cloudflare-Workers") return "Cloudflare Workers";
  const isDevelopment = environment("NODE_ENV") === "development";
  // PM2 sets all of them, as texts. An instance that `pm2 scale` adds has only a number of its own.
  const isPm2 = environment("pm_id") !== undefined;
  const instance = environment((isPm2 && environment("instance_var")) || "NODE_APP_INSTANCE");
  if (Number(instance) > 0 || (isPm2 && environment("instances") !== "1")) return "PM2";
  // PM2 runs a single instance as a cluster's worker, too.
  const isPm2Worker = isPm2 && environment("exec_mode") === "cluster_mode";
  if (nodeModule<{ isWorker: boolean }>("cluster")?.isWorker && !isPm2Worker) return "A Node cluster";
  // Development servers, such as Nitro's, run the app in one thread. Deno's workers have the global.
  const { isMainThread } = nodeModule<{ isMainThread: boolean }>("worker_threads") ?? {};
  if ((isMainThread === false || "WorkerGlobalScope" in globalThis) && !isDevelopment) return "Worker threads";
  const isLocal = Object.entries(LOCAL_VARIABLES).some(([variable, value]) => environment(variable) === value);
  // These two variables get into `.env` files. A deployment to Lambda or Cloud Run can be called "development".
  const ignored = isDevelopment ? ["VERCEL", "NETLIFY"] : [];
  return isLocal
    ? undefined
    : Object.entries(PLATFORM_VARIABLES).find(
        ([variable]) => environment(variable) !== undefined && !ignored.includes(variable),
      )?.[1];
}
