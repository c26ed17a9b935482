import { EQUOS_ENDPOINT, EquosClient } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { timeOver, within } from "../deadline.js";
import { environment } from "../environment.js";
import type { UpstreamFailure } from "../errors.js";
import { BrokerError } from "../errors.js";
import { ApiKey } from "./api-key.js";
import { type CallFailure, callFailure } from "./failure.js";
import type { EquosPort, StartRequest } from "./port.js";

export interface UpstreamOptions {
  readonly equos?: EquosPort | undefined;
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  readonly endpoint?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly abandonSeconds: number;
  readonly stopSeconds: number;
}

export interface StopOutcome {
  /** Upstream says that it does not run. */
  readonly confirmed: boolean;
  readonly failure: UpstreamFailure | undefined;
}

/** Equos, as the rest of the broker sees it: made at first use, each call with its time limit. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #clock: Clock;
  readonly #apiKey: ApiKey;
  #port: EquosPort | undefined;

  constructor(options: UpstreamOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#apiKey = new ApiKey(options.apiKey, clock);
  }

  /** What must be masked in any text that comes from outside. A client that was handed in keeps its key to itself. */
  secrets(): string[] {
    const inEnvironment = environment("EQUOS_API_KEY");
    return [...this.#apiKey.recent, ...(inEnvironment === undefined ? [] : [inEnvironment])];
  }

  /** Makes sure that a call can be sent at once. @throws BrokerError `api-key-missing` or `api-key-failed` */
  async ready(): Promise<void> {
    if (this.#options.equos === undefined) await this.#apiKey.get();
    this.#equos();
  }

  /** Asks Equos to start; rejects with whatever the client threw. The socket is given up after `abandonSeconds`. */
  start(request: StartRequest): Promise<unknown> {
    return this.#limited(this.#options.abandonSeconds, (init) =>
      this.#equos().conversations.startConversation({ createEquosConversationRequest: request }, init),
    );
  }

  /** Asks Equos to stop and makes sure that it has. Never rejects. */
  async stop(conversation: string): Promise<StopOutcome> {
    const answer = await this.#ask("stopConversation", conversation);
    if (answer.failure !== undefined) return { confirmed: false, failure: answer.failure };
    if (answer.says !== "nothing") return { confirmed: answer.says === "over", failure: undefined };
    // Equos answers `null` for "stopped already" and for "never heard of it" alike, so ask once more.
    const check = await this.#ask("getConversationById", conversation);
    return { confirmed: check.failure === undefined && check.says !== "running", failure: check.failure };
  }

  /** What a call that threw means. `sent`: what the call carried besides the key. */
  failure(operation: string, thrown: unknown, sent: readonly string[] = []): Promise<CallFailure> {
    const secrets = [...this.secrets(), ...sent];
    const endpoint = this.#options.equos === undefined ? this.#endpoint() : "Equos";
    return callFailure(operation, thrown, { secrets, clock: this.#clock, endpoint });
  }

  #endpoint(): string {
    return this.#options.endpoint ?? environment("EQUOS_ENDPOINT") ?? EQUOS_ENDPOINT;
  }

  async #ask(operation: "stopConversation" | "getConversationById", id: string): Promise<Saying> {
    try {
      const answer = await this.#limited(this.#options.stopSeconds, (init) =>
        this.#equos().conversations[operation]({ id }, init),
      );
      return whatItSays(operation, id, answer);
    } catch (thrown) {
      // The official SDK trips over the empty body that means `null`.
      if (thrown instanceof SyntaxError && /end of (JSON|data)/i.test(thrown.message)) return { says: "nothing" };
      const { error } = await this.failure(operation, thrown);
      if (error.upstream?.status === 404) return { says: "nothing" };
      // Equos may quote the conversation, whose values are not at hand here to be masked: the code says enough.
      const status = error.upstream?.status;
      const detail = status === undefined ? (error.upstream?.detail ?? error.code) : error.code;
      return { says: "running", failure: { operation, status, detail } };
    }
  }

  async #limited<T>(
    seconds: number,
    call: (init: { signal: AbortSignal; redirect: "manual" }) => Promise<T>,
  ): Promise<T> {
    const limit = new AbortController();
    const outcome = await within(
      this.#clock,
      seconds,
      Promise.resolve().then(() => call({ signal: limit.signal, redirect: "manual" })),
    );
    if (outcome !== timeOver) return outcome;
    limit.abort();
    throw new BrokerTimeout();
  }

  #equos(): EquosPort {
    if (this.#port !== undefined) return this.#port;
    const { equos, fetch, abandonSeconds } = this.#options;
    this.#port = equos ?? this.#ownClient(this.#endpoint(), fetch, abandonSeconds);
    return this.#port;
  }

  #ownClient(endpoint: string, fetch: typeof globalThis.fetch | undefined, abandonSeconds: number): EquosPort {
    try {
      // Our own limits end first; the client's are there for when the clock stands still.
      return EquosClient.create(() => this.#apiKey.get(), { endpoint, fetch, timeoutMs: abandonSeconds * 1000 + 5000 });
    } catch (error) {
      const what = error instanceof TypeError ? error.message : "is wrong";
      throw new BrokerError("invalid-option", { hint: `EQUOS_ENDPOINT: ${what}` });
    }
  }
}

class BrokerTimeout extends Error {
  override readonly name = "TimeoutError";
}

interface Saying {
  readonly says: "running" | "over" | "nothing";
  readonly failure?: UpstreamFailure;
}

function whatItSays(operation: string, id: string, answer: unknown): Saying {
  if (answer === null || answer === undefined) return { says: "nothing" };
  if (typeof answer === "object" && "id" in answer && answer.id === id && "status" in answer) {
    if (typeof answer.status === "string") return { says: answer.status === "running" ? "running" : "over" };
  }
  return { says: "running", failure: { operation, status: 200, detail: "an answer that is no such conversation" } };
}
