import { EQUOS_ENDPOINT, EquosClient } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import { environment } from "../environment.js";
import type { UpstreamFailure } from "../errors.js";
import { BrokerError } from "../errors.js";
import { ApiKey } from "./api-key.js";
import { type ConversationPage, conversationPage, type SeenConversation, seenConversation } from "./conversation.js";
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
  /** What it ran, by upstream's times. */
  readonly seconds: number | undefined;
  readonly failure: UpstreamFailure | undefined;
}

/** `nothing`: Equos answers `null`. `failure`: it cannot be told; that never decides anything. */
export type Look =
  | { readonly says: "running" | "over"; readonly conversation: SeenConversation }
  | { readonly says: "nothing" }
  | { readonly says: "failure"; readonly failure: UpstreamFailure };

/** The most that Equos gives at a time. */
export const PAGE = 50;

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
    // Equos answers `null` for "stopped already" and for "never heard of it" alike, so ask once more.
    const look = answer.says === "nothing" ? await this.look(conversation) : answer;
    if (look.says === "failure") return { confirmed: false, seconds: undefined, failure: look.failure };
    if (look.says === "nothing") return { confirmed: true, seconds: undefined, failure: undefined };
    return { confirmed: look.says === "over", seconds: look.conversation.seconds, failure: undefined };
  }

  /** Asks Equos about a conversation. Never rejects. */
  look(conversation: string): Promise<Look> {
    return this.#ask("getConversationById", conversation);
  }

  /**
   * One page of the conversations of a `client` segment, or of all. Equos gives at most 50 and no promise of an order.
   *
   * @throws BrokerError, any `upstream-…`
   */
  async list(client: string | undefined, skip: number): Promise<ConversationPage> {
    const query = { take: PAGE, skip, ...(client === undefined ? {} : { client }) };
    let answer: unknown;
    try {
      answer = await this.#limited(this.#options.stopSeconds, (init) =>
        this.#equos().conversations.listConversations(query, init),
      );
    } catch (thrown) {
      throw (await this.failure("listConversations", thrown)).error;
    }
    const page = conversationPage(answer);
    if (page === undefined) throw new BrokerError("upstream-invalid-answer", { hint: "Equos' list is none" });
    return page;
  }

  /** What a call that threw means. `sent`: what the call carried besides the key. */
  failure(operation: string, thrown: unknown, sent: readonly string[] = []): Promise<CallFailure> {
    const secrets = [...this.secrets(), ...sent];
    const endpoint = this.#options.equos === undefined ? this.endpoint() : "Equos";
    return callFailure(operation, thrown, { secrets, clock: this.#clock, endpoint });
  }

  /** Where calls go. */
  endpoint(): string {
    return this.#options.endpoint ?? environment("EQUOS_ENDPOINT") ?? EQUOS_ENDPOINT;
  }

  async #ask(operation: "stopConversation" | "getConversationById", id: string): Promise<Look> {
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
      return { says: "failure", failure: { operation, status, detail } };
    }
  }

  async #limited<T>(
    seconds: number,
    call: (init: { signal: AbortSignal; redirect: "manual" }) => Promise<T>,
  ): Promise<T> {
    const limit = new AbortController();
    const outcome = await outcomeWithin(this.#clock, seconds, () => call({ signal: limit.signal, redirect: "manual" }));
    if (outcome !== timeOver) return outcome;
    limit.abort();
    throw new BrokerTimeout();
  }

  #equos(): EquosPort {
    if (this.#port !== undefined) return this.#port;
    const { equos, fetch, abandonSeconds } = this.#options;
    this.#port = equos ?? this.#ownClient(this.endpoint(), fetch, abandonSeconds);
    return this.#port;
  }

  #ownClient(endpoint: string, fetch: typeof globalThis.fetch | undefined, abandonSeconds: number): EquosPort {
    try {
      // Our own limits end first; the client's are there for when the clock stands still.
      const timeoutMs = abandonSeconds * 1000 + 5000;
      // The broker reads what it needs, and bears that anything else is missing tomorrow.
      const options = { endpoint, fetch, timeoutMs, checkAnswers: false };
      return EquosClient.create(() => this.#apiKey.get(), options);
    } catch (error) {
      const what = error instanceof TypeError ? error.message : "is wrong";
      throw new BrokerError("invalid-option", { hint: `EQUOS_ENDPOINT: ${what}` });
    }
  }
}

class BrokerTimeout extends Error {
  override readonly name = "TimeoutError";
}

function whatItSays(operation: string, id: string, answer: unknown): Look {
  if (answer === null || answer === undefined) return { says: "nothing" };
  const conversation = seenConversation(answer);
  if (conversation?.id === id) return { says: conversation.running ? "running" : "over", conversation };
  return { says: "failure", failure: { operation, status: 200, detail: "an answer that is no such conversation" } };
}
