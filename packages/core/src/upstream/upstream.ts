import { EQUOS_ENDPOINT, EquosClient } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { outcomeWithin, timeOver, within } from "../deadline.js";
import { environment } from "../environment.js";
import { BrokerError, type UpstreamFailure } from "../errors.js";
import { SharedWork } from "../shared-work.js";
import { type ConversationPage, conversationPage, type SeenConversation, seenConversation } from "./conversation.js";
import { type CallFailure, callFailure } from "./failure.js";
import type { EquosPort, StartRequest } from "./port.js";

export interface UpstreamOptions {
  readonly equos?: EquosPort | undefined;
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  readonly endpoint?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly lateResponseSeconds: number;
  readonly stopSeconds: number;
}

export interface StopOutcome {
  /** Upstream says that it does not run. */
  readonly confirmed: boolean;
  /** What it ran, by upstream's times. */
  readonly seconds: number | undefined;
  /** When it ended, in ms since 1970, by upstream's times. */
  readonly endedAt: number | undefined;
  readonly failure: UpstreamFailure | undefined;
}

/** `nothing`: two looks agree that Equos does not know it. `failure`: unknown, so look again. */
export type Look =
  | { readonly says: "running" | "over"; readonly conversation: SeenConversation }
  | { readonly says: "nothing" }
  | { readonly says: "failure"; readonly failure: UpstreamFailure };

/** The most that Equos gives at a time. */
export const PAGE = 50;

/** Minimum time, in ms, between the two looks that confirm an unknown conversation. */
const CONFIRM_MISSING_MS = 5_000;
/** Maximum number of remembered first looks. Dropping the oldest only delays its confirmation. */
const MAX_MISSING = 10_000;

/** Equos, as the rest of the broker sees it: made at first use, each call with its time limit. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly clock: Clock;
  readonly #apiKey: ApiKey;
  /** The time of each conversation's first look that found nothing, in monotonic ms, by id. */
  readonly #missing = new Map<string, number>();
  #port: EquosPort | undefined;

  constructor(options: UpstreamOptions, clock: Clock) {
    this.#options = options;
    this.clock = clock;
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

  /**
   * Requests a start, and rejects with the client's error. Drops the socket after
   * `lateResponseSeconds`.
   *
   * @param options.mayStillSend - Checked directly before the request is written: by our client on
   * Node once the connection is ready. `fetch` and other clients connect after the check. What
   * remains: a freeze between check and write, and bytes that wait in the system or the network.
   * @throws BrokerError `start-too-late` if `mayStillSend` returns `false`: nothing was sent
   */
  start(request: StartRequest, { mayStillSend = () => true }: { mayStillSend?: () => boolean } = {}): Promise<unknown> {
    const beforeSend = () => {
      if (!mayStillSend()) throw new BrokerError("start-too-late");
    };
    return this.#limited(this.#options.lateResponseSeconds, (init) => {
      const port = this.#equos();
      const isOwn = port instanceof EquosClient;
      if (!isOwn) beforeSend();
      const options = isOwn ? { ...init, beforeSend } : init;
      return port.conversations.startConversation({ createEquosConversationRequest: request }, options);
    });
  }

  /** Stops a conversation, and checks that it has ended. Never rejects. */
  async stop(conversation: string): Promise<StopOutcome> {
    const answer = await this.#ask("stopConversation", conversation);
    // Equos answers `null` both for "already stopped" and for "unknown", so a look follows.
    const look = answer.says === "nothing" ? await this.look(conversation) : answer;
    const { seconds, endedAt } = "conversation" in look ? look.conversation : {};
    const failure = look.says === "failure" ? look.failure : undefined;
    return { confirmed: look.says === "over" || look.says === "nothing", seconds, endedAt, failure };
  }

  /**
   * Gets a conversation. Returns `nothing` only if an earlier look found nothing too. Never rejects.
   *
   * @param options.isUntrusted - Whether the id comes from a client instead of Equos. One look is
   * then enough and is not remembered, so that guessed ids cannot fill the memory.
   */
  async look(conversation: string, { isUntrusted = false }: { isUntrusted?: boolean } = {}): Promise<Look> {
    const now = () => this.clock.monotonic?.() ?? this.clock.now();
    const askedAt = now();
    const look = await this.#ask("getConversationById", conversation);
    if (look.says !== "nothing" || isUntrusted) return look;
    const missedAt = this.#missing.get(conversation);
    if (missedAt !== undefined && askedAt - missedAt >= CONFIRM_MISSING_MS) return look;
    if (missedAt === undefined) {
      const [oldest] = this.#missing.keys();
      if (oldest !== undefined && this.#missing.size >= MAX_MISSING) this.#missing.delete(oldest);
      this.#missing.set(conversation, now());
    }
    return failed("getConversationById", undefined, "Equos does not know the conversation yet and will be asked again");
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
    return callFailure(operation, thrown, { secrets, clock: this.clock, endpoint });
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
      if (answer === null || answer === undefined) return { says: "nothing" };
      const conversation = seenConversation(answer);
      if (conversation?.id !== id) return failed(operation, 200, "an answer that is no such conversation");
      this.#missing.delete(id);
      return { says: conversation.running ? "running" : "over", conversation };
    } catch (thrown) {
      // The official SDK trips over the empty body that means `null`, and hides its status.
      if (thrown instanceof SyntaxError && /end of (JSON|data)/i.test(thrown.message)) return { says: "nothing" };
      const { error, harmless } = await this.failure(operation, thrown);
      // NestJS uses the same form for a missing route, which says nothing about the conversation.
      const isRoute = /^Cannot (GET|POST) /.test(error.upstream?.detail ?? "");
      if (harmless && error.upstream?.status === 404 && !isRoute) return { says: "nothing" };
      // Equos may quote the conversation, whose values are not at hand here to be masked: the code says enough.
      const status = error.upstream?.status;
      const detail = status === undefined ? (error.upstream?.detail ?? error.code) : error.code;
      return failed(operation, status, detail);
    }
  }

  async #limited<T>(
    seconds: number,
    call: (init: { signal: AbortSignal; redirect: "manual" }) => Promise<T>,
  ): Promise<T> {
    const limit = new AbortController();
    const outcome = await outcomeWithin(this.clock, seconds, () => call({ signal: limit.signal, redirect: "manual" }));
    if (outcome !== timeOver) return outcome;
    limit.abort();
    throw new BrokerTimeout();
  }

  #equos(): EquosPort {
    if (this.#port !== undefined) return this.#port;
    const { equos, fetch, lateResponseSeconds } = this.#options;
    this.#port = equos ?? this.#ownClient(this.endpoint(), fetch, lateResponseSeconds);
    return this.#port;
  }

  #ownClient(endpoint: string, fetch: typeof globalThis.fetch | undefined, lateResponseSeconds: number): EquosPort {
    try {
      // Our own limits end first; the client's are there for when the clock stands still.
      const timeoutMs = lateResponseSeconds * 1000 + 5000;
      // The broker reads what it needs, and bears that anything else is missing tomorrow.
      const options = { endpoint, fetch, timeoutMs, checkAnswers: false, checkEmptyAnswers: true };
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

const failed = (operation: string, status: number | undefined, detail: string): Look => ({
  says: "failure",
  failure: { operation, status, detail },
});

const KEEP_MS = 60_000;
const FETCH_SECONDS = 10;

/** Keys that calls under way may still have been sent with, through a rotation or two. */
const REMEMBERED_KEYS = 4;

/** The Equos API key from wherever the team keeps it. A fetched key is kept for a minute. */
class ApiKey {
  readonly #source: string | (() => string | Promise<string>) | undefined;
  readonly #clock: Clock;
  readonly #fetching: SharedWork<"key", string>;
  #kept: { readonly key: string; readonly until: number } | undefined;
  #recent: readonly string[] = [];

  constructor(source: string | (() => string | Promise<string>) | undefined, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#fetching = new SharedWork(clock, FETCH_SECONDS + 1);
  }

  /** The keys last used, so that they can be masked. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  /** @throws BrokerError `api-key-missing` or `api-key-failed`. */
  async get(): Promise<string> {
    const key = typeof this.#source === "function" ? await this.#fetched(this.#source) : this.#source;
    const used = key ?? environment("EQUOS_API_KEY");
    if (used === undefined) {
      throw new BrokerError("api-key-missing", { hint: "Set EQUOS_API_KEY, or give the option apiKey or equos" });
    }
    if (!this.#recent.includes(used)) this.#recent = [used, ...this.#recent].slice(0, REMEMBERED_KEYS);
    return used;
  }

  async #fetched(source: () => string | Promise<string>): Promise<string> {
    if (this.#kept !== undefined && this.#clock.now() < this.#kept.until) return this.#kept.key;
    return await this.#fetching.run("key", () => this.#fetch(source));
  }

  async #fetch(source: () => string | Promise<string>): Promise<string> {
    try {
      const key = await within(this.#clock, FETCH_SECONDS, Promise.resolve().then(source));
      if (typeof key === "string" && key !== "") {
        this.#kept = { key, until: this.#clock.now() + KEEP_MS };
        return key;
      }
    } catch {
      // Its message is the key store's own and may quote anything.
    }
    throw new BrokerError("api-key-failed", {
      hint: "The option apiKey is a function that threw, hung or gave no string",
    });
  }
}
