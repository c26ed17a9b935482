import {
  type Answer,
  BrokerError,
  type Ledger,
  type LedgerIdentity,
  type StepContext,
  type StepName,
  type StepRequest,
  type StepResult,
} from "@equos-broker/core";
import { type RedisClient, type RunScript, runnerFor } from "./client.js";
import { keysOf } from "./keys.js";
import { checkOptions, type RedisLedgerOptions } from "./options.js";
import { scriptOf } from "./scripts.js";

/**
 * The books in Redis, shared by all servers of an installation. Each step is one script and one round trip. Redis must
 * be set to `maxmemory-policy noeviction`; anything else is refused at first use, `ledger-misconfigured`.
 *
 * The client is yours: connect it before the first start, listen to its errors, close it after the broker.
 *
 * @example
 * ```ts
 * const client = createClient({ url: process.env.REDIS_URL ?? "" }).on("error", console.error);
 * await client.connect();
 * new ConversationBroker({ ledger: redisLedger(client), secret: process.env.BROKER_SECRET, deployment: "shop", … });
 * ```
 * @throws BrokerError `invalid-option`
 */
export function redisLedger(client: RedisClient, options: RedisLedgerOptions = {}): Ledger {
  const { prefix, noEviction, clock } = checkOptions(options);
  return new RedisLedger(runnerFor(client), keysOf(prefix), noEviction, clock);
}

/** What the script `open` answers: how Redis is set, and the identity only if that is right. */
interface Opened {
  readonly now: number;
  readonly result: { readonly policy: string | null; readonly id?: string; readonly key?: string };
}

class RedisLedger implements Ledger {
  readonly shared = true;
  readonly #run: RunScript;
  readonly #keys: string[];
  readonly #noEviction: boolean;
  readonly #clock: { now(): number } | undefined;

  constructor(run: RunScript, keys: string[], noEviction: boolean, clock: { now(): number } | undefined) {
    this.#run = run;
    this.#keys = keys;
    this.#noEviction = noEviction;
    this.#clock = clock;
  }

  async open(proposal: { readonly nonce: string; readonly key: string }): Promise<LedgerIdentity> {
    const { now, result } = answerOf<Opened>(await this.#ask("open", { ...proposal, noEviction: this.#noEviction }));
    const { policy, id, key } = result;
    if (id === undefined || key === undefined) throw misconfigured(policy);
    return { id, key, now };
  }

  async step<S extends StepName>(
    name: S,
    request: StepRequest<S>,
    context: StepContext,
  ): Promise<Answer<StepResult<S>>> {
    return answerOf<Answer<StepResult<S>>>(await this.#ask(name, request, context));
  }

  #ask(name: StepName | "open", request: object, context?: StepContext): Promise<string> {
    const args = [
      JSON.stringify(request),
      context?.ledger ?? "",
      String(context?.notAfter ?? ""),
      String(context?.seen ?? 0),
      String(this.#clock?.now() ?? ""),
    ];
    return this.#run(scriptOf(name), this.#keys, args);
  }
}

/** Not what a client or proxy made up: @upstash/redis answers `{}` for a request that was given up (its `signal`). */
function answerOf<T extends { readonly now: number }>(text: string): T {
  // Our own script's answer, unless it has no time; the contract suite shows that it has this form.
  const answer = JSON.parse(text) as T | null;
  if (typeof answer?.now !== "number")
    throw new TypeError("Redis answered a script with something other than its answer");
  return answer;
}

function misconfigured(policy: string | null): BrokerError {
  const setting =
    policy === null
      ? "Redis does not tell its maxmemory-policy (INFO memory inside a script; where you know that it throws nothing away say noEviction: true)"
      : `Redis is set to maxmemory-policy ${policy}, which throws entries away`;
  return new BrokerError("ledger-misconfigured", {
    hint: `${setting}: set maxmemory-policy to noeviction, or give the ledger a Redis of its own that has it`,
  });
}
