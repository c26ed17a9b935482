import {
  BrokerError,
  type CallContext,
  type ClaimDueOptions,
  type ClaimedDue,
  type ConversationStore,
  type ListPage,
  type Loaded,
  type LoadQuery,
  type MetaChange,
  type Replaced,
  type SaveResult,
  type StateChange,
  type StoreIdentity,
  type StoreIdentityProposal,
  type StoreStatus,
} from "@equos-broker/core";
import { type RedisClient, type RunScript, runnerFor } from "../client.js";
import * as scripts from "../generated/scripts.js";
import { parseOptions, type RedisStoreOptions } from "./options.js";

/**
 * Returns a store in Redis 6.2 or newer, shared by all servers of a deployment. Each operation is one script and one
 * round trip. Redis must have `maxmemory-policy noeviction`: other policies are refused at first use, with
 * `store-misconfigured`.
 *
 * The team owns the client: connect it before the first start, handle its errors, and close it after the broker.
 *
 * @example
 * ```ts
 * const client = createClient({ url: process.env.REDIS_URL ?? "" }).on("error", console.error);
 * await client.connect();
 * const store = redisStore(client);
 * ```
 * @throws BrokerError `invalid-option`
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): ConversationStore {
  const { prefix, noEviction } = parseOptions(options);
  return new RedisStore(runnerFor(client), prefix, noEviction);
}

type Answer<T> = (StoreStatus & T) | Replaced;
type Script = (typeof scripts)[keyof typeof scripts];

/** Lua does not distinguish an empty list from an empty object, so a list can arrive as `{}`. */
const toArray = <T>(list: readonly T[]): readonly T[] => Object.values(list);

type Opened =
  | (StoreIdentity & { readonly policy: "noeviction" })
  | { readonly now: number; readonly id?: undefined; readonly policy: string };

class RedisStore implements ConversationStore {
  readonly shared = true;
  readonly #run: RunScript;
  readonly #prefix: string;
  readonly #noEviction: boolean;

  constructor(run: RunScript, prefix: string, noEviction: boolean) {
    this.#run = run;
    this.#prefix = prefix;
    this.#noEviction = noEviction;
  }

  async open(proposal: StoreIdentityProposal): Promise<StoreIdentity> {
    const opened = await this.#call<Opened>(scripts.openScript, [], [{ ...proposal, noEviction: this.#noEviction }]);
    if (opened.id === undefined) throw misconfigured(opened.policy);
    const { id, key, format, now } = opened;
    return { id, key, format, now };
  }

  async load({ by, sealed, counters = [] }: LoadQuery, context: CallContext): Promise<Answer<Loaded>> {
    const consumer = "consumer" in by ? by.consumer : undefined;
    const key = "alias" in by ? this.#key("a", by.alias) : this.#key("c", by.consumer);
    const keys = [key, ...counters.map((counter) => this.#key("n", counter))];
    const answer = await this.#ask<Loaded>(scripts.loadScript, keys, { consumer, sealed, counters }, context);
    // JSON has no undefined.
    return answer.replaced ? answer : { ...answer, consumer: answer.consumer, state: answer.state };
  }

  save(change: StateChange, context: CallContext): Promise<Answer<SaveResult>> {
    const { consumer, version, state, dueAt, expiresAt, notAfter, start, aliases, sealed } = change;
    const { members = [], counters = [] } = change;
    const [setAliases, deleteAliases] = [aliases?.set ?? [], aliases?.delete ?? []];
    const texts = Object.entries(sealed?.set ?? {});
    const keys = [
      this.#key("c", consumer),
      ...[...setAliases, ...deleteAliases].map((alias) => this.#key("a", alias)),
      ...members.map(({ set }) => this.#key("m", set)),
      ...counters.map(({ key }) => this.#key("n", key)),
    ];
    const request = {
      ...{ consumer, version, dueAt, expiresAt, notAfter, start, counters, setAliases, deleteAliases },
      hasState: state !== undefined,
      setSealed: texts.map(([name]) => name),
      deleteSealed: sealed?.delete ?? [],
      // `until` is a keyword in Lua.
      members: members.map(({ until, ignoring = [], ...member }) => ({
        ...member,
        to: until,
        ignoring: [...new Set(ignoring)],
      })),
    };
    const args = [state ?? "", ...texts.map(([, text]) => text)];
    return this.#ask<SaveResult>(scripts.saveScript, keys, request, context, args);
  }

  async claimDue(options: ClaimDueOptions, context: CallContext): Promise<Answer<ClaimedDue>> {
    const answer = await this.#ask<ClaimedDue>(scripts.claimDueScript, [], options, context);
    return answer.replaced ? answer : { ...answer, claimed: toArray(answer.claimed), nextDueAt: answer.nextDueAt };
  }

  async list(cursor: string | undefined, context: CallContext): Promise<Answer<ListPage>> {
    const answer = await this.#ask<ListPage>(scripts.listScript, [], { cursor: cursor ?? "0" }, context);
    return answer.replaced ? answer : { ...answer, states: toArray(answer.states), cursor: answer.cursor };
  }

  acquireLease(
    name: string,
    owner: string,
    ms: number,
    context: CallContext,
  ): Promise<Answer<{ readonly granted: boolean }>> {
    return this.#ask(scripts.leaseScript, [this.#key("l", name)], { owner, ms }, context);
  }

  updateMeta(change: MetaChange, context: CallContext): Promise<Answer<{ readonly updated: boolean }>> {
    return this.#ask(scripts.metaScript, [], fieldChange(change), context);
  }

  #ask<T>(
    script: Script,
    keys: readonly string[],
    request: object,
    { storeId, seen }: CallContext,
    texts: readonly string[] = [],
  ): Promise<Answer<T>> {
    return this.#call<Answer<T>>(script, keys, [request, storeId, String(seen), ...texts]);
  }

  async #call<T extends { readonly now: number }>(
    script: Script,
    keys: readonly string[],
    [request, ...args]: readonly [request: object, ...args: string[]],
  ): Promise<T> {
    const allKeys = [this.#key("meta"), this.#key("due"), ...keys];
    const answer = await this.#run(script, allKeys, [JSON.stringify(request), ...args]);
    // The answer of our own script, unless a client or a proxy invented one: @upstash/redis returns `{}` when its
    // `signal` aborts the request.
    const parsed = JSON.parse(answer) as T | null;
    if (typeof parsed?.now !== "number") throw new TypeError("Redis returned something else than the script's answer");
    return parsed;
  }

  /**
   * Returns the name of a key: `meta`, `due`, or a kind with a name. Kinds: `c` a consumer's state, `a` an alias, `m` a
   * set of members, `n` a counter, `l` a lease. The braces put all keys into one slot of a Cluster.
   */
  #key(...parts: readonly string[]): string {
    return [`{${this.#prefix}}`, ...parts].join(":");
  }
}

interface FieldChange {
  readonly field: string;
  readonly from?: string;
  readonly to?: string;
}

function fieldChange(change: MetaChange): FieldChange {
  if ("joinSeen" in change) return { field: "joinSeen", to: "1" };
  if ("recovered" in change) return { field: "lossId", from: change.recovered };
  if ("key" in change) return { field: "key", ...change.key };
  return { field: "format", to: String(change.format) };
}

function misconfigured(policy: string): BrokerError {
  const problem =
    policy === "unknown"
      ? "Redis does not report its maxmemory-policy in a script; pass noEviction: true if it never evicts data"
      : `Redis has maxmemory-policy ${policy} and may evict conversations`;
  return new BrokerError("store-misconfigured", {
    hint: `${problem}. Set maxmemory-policy to noeviction, or use another Redis for this store`,
  });
}
