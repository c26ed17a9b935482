import { EQUOS_ENDPOINT, EquosClient } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { outcomeWithin, timeOver, within } from "../deadline.js";
import { environment, trimmed } from "../environment.js";
import { BrokerError, type UpstreamFailure } from "../errors.js";
import type { BrokerOptions } from "../options.js";
import type { Settings } from "../settings.js";
import { SharedWork } from "../shared-work.js";
import { type ConversationPage, conversationPage, type SeenConversation, seenConversation } from "./conversation.js";
import { type CallFailure, classifyFailure } from "./failure.js";
import type { CallInit, EquosPort, StartRequest } from "./port.js";

/** The settings that calls to Equos depend on. */
export type UpstreamOptions = Pick<BrokerOptions, "equos" | "apiKey" | "endpoint" | "fetch"> &
  Pick<Settings["timeouts"], "lateResponseSeconds" | "stopSeconds">;

/** Equos' view of a conversation. `nothing`: two looks agree that it is unknown. `failure`: no answer, so look again. */
export type Look =
  | { readonly says: "running" | "over"; readonly conversation: SeenConversation; readonly failure?: undefined }
  | { readonly says: "nothing"; readonly conversation?: undefined; readonly failure?: undefined }
  | { readonly says: "failure"; readonly conversation?: undefined; readonly failure: UpstreamFailure };

/** Maximum number of entries on a page of Equos' list. */
export const PAGE = 50;

/** Minimum time, in ms, between the two looks that confirm an unknown conversation. */
const CONFIRM_MISSING_MS = 5_000;
/** Maximum number of remembered first looks. Dropping them only delays the confirmation. */
const MAX_MISSING = 10_000;

/** How long a fetched API key is used, in ms. */
const KEEP_KEY_MS = 60_000;
/** Time limit for fetching the API key. */
const FETCH_KEY_SECONDS = 10;
/** Number of keys that are masked: calls under way may carry the keys of earlier rotations. */
const MAX_RECENT_KEYS = 4;

/** Calls Equos, each call within its time limit. Creates its client at first use. */
export class Upstream {
  readonly clock: Clock;
  readonly #options: UpstreamOptions;
  readonly #keyFetch: SharedWork<"key", string>;
  #fetchedKey: { readonly key: string; readonly until: number } | undefined;
  /** The keys last used, latest first. */
  #recentKeys: readonly string[] = [];
  /** The time of each conversation's first look that found nothing, in monotonic ms, by id. */
  readonly #missing = new Map<string, number>();
  #port: EquosPort | undefined;

  constructor(options: UpstreamOptions, clock: Clock) {
    this.#options = options;
    this.clock = clock;
    this.#keyFetch = new SharedWork(clock, FETCH_KEY_SECONDS + 1);
  }

  /** Returns the API keys, to mask them in texts from outside. The key of the option `equos` is not known. */
  secrets(): string[] {
    return [...this.#recentKeys, environment("EQUOS_API_KEY") ?? []].flat();
  }

  /** Returns the URL that calls go to. */
  endpoint(): string {
    return this.#options.endpoint ?? environment("EQUOS_ENDPOINT") ?? EQUOS_ENDPOINT;
  }

  /** Ensures that a call can be sent at once. @throws BrokerError `api-key-missing`, `api-key-invalid`, or `api-key-failed` */
  async ready(): Promise<void> {
    if (this.#options.equos === undefined) await this.#apiKey();
    this.#client();
  }

  /**
   * Requests a start, and rejects with the client's error. Drops the socket after `lateResponseSeconds`.
   *
   * @param options.mayStillSend - Checked directly before the request is written: by our client on Node once the connection
   * is ready. `fetch` and other clients connect after the check. What remains: a freeze between check and write, and bytes
   * that wait in the system or the network.
   * @throws BrokerError `start-too-late` if `mayStillSend` returns `false`: nothing was sent
   */
  start(request: StartRequest, { mayStillSend = () => true }: { mayStillSend?: () => boolean } = {}): Promise<unknown> {
    const beforeSend = () => {
      if (!mayStillSend()) throw new BrokerError("start-too-late");
    };
    return this.#call(this.#options.lateResponseSeconds, (client, init) => {
      const isOwn = client instanceof EquosClient;
      if (!isOwn) beforeSend();
      const options = isOwn ? { ...init, beforeSend } : init;
      return client.conversations.startConversation({ createEquosConversationRequest: request }, options);
    });
  }

  /** Stops a conversation, and checks that it has ended. Returns Equos' own times. Never rejects. */
  async stop(conversation: string) {
    const answer = await this.#ask("stopConversation", conversation);
    // Equos answers `null` both for "already stopped" and for "unknown", so a look follows.
    const look = answer.says === "nothing" ? await this.look(conversation) : answer;
    const { seconds, endedAt } = look.conversation ?? {};
    return { confirmed: look.says === "over" || look.says === "nothing", seconds, endedAt, failure: look.failure };
  }

  /**
   * Gets a conversation. Returns `nothing` only if an earlier look found nothing too. Never rejects.
   *
   * @param options.isUntrusted - Whether the id comes from a client instead of Equos. One look is then enough and is not
   * remembered, so that guessed ids cannot fill the memory.
   */
  async look(conversation: string, { isUntrusted = false }: { isUntrusted?: boolean } = {}): Promise<Look> {
    const now = () => this.clock.monotonic?.() ?? this.clock.now();
    const askedAt = now();
    const look = await this.#ask("getConversationById", conversation);
    if (look.says !== "nothing" || isUntrusted) return look;
    const missedAt = this.#missing.get(conversation);
    if (missedAt === undefined) {
      if (this.#missing.size >= MAX_MISSING) this.#missing.clear();
      this.#missing.set(conversation, now());
    } else if (askedAt - missedAt >= CONFIRM_MISSING_MS) return look;
    return failed("getConversationById", undefined, "Equos does not know the conversation yet and will be asked again");
  }

  /**
   * Returns one page of the conversations of a `client` segment, or of all. Equos documents no order.
   *
   * @throws BrokerError any `upstream-…`
   */
  async list(client: string | undefined, skip: number): Promise<ConversationPage> {
    const query = { take: PAGE, skip, ...(client === undefined ? {} : { client }) };
    const answer = await this.#call(this.#options.stopSeconds, ({ conversations }, init) =>
      conversations.listConversations(query, init),
    ).catch(async (thrown: unknown) => {
      throw (await this.failure("listConversations", thrown)).error;
    });
    const page = conversationPage(answer);
    if (page === undefined) throw new BrokerError("upstream-invalid-answer", { hint: "Equos' list cannot be read" });
    return page;
  }

  /** Classifies what a call threw. @param sent - texts that the call carried besides the key, to mask them */
  failure(operation: string, thrown: unknown, sent: readonly string[] = []): Promise<CallFailure> {
    const secrets = [...this.secrets(), ...sent];
    const endpoint = this.#options.equos === undefined ? this.endpoint() : "Equos";
    return classifyFailure(operation, thrown, { secrets, clock: this.clock, endpoint });
  }

  async #ask(operation: "stopConversation" | "getConversationById", id: string): Promise<Look> {
    try {
      const answer = await this.#call(this.#options.stopSeconds, ({ conversations }, init) =>
        conversations[operation]({ id }, init),
      );
      if (answer === null || answer === undefined) return { says: "nothing" };
      const conversation = seenConversation(answer);
      if (conversation?.id !== id) return failed(operation, 200, "an answer that is no such conversation");
      this.#missing.delete(id);
      return { says: conversation.running ? "running" : "over", conversation };
    } catch (thrown) {
      // The official SDK fails at the empty body that means `null`, and hides its status.
      if (thrown instanceof SyntaxError && /end of (JSON|data)/i.test(thrown.message)) return { says: "nothing" };
      const { error, harmless } = await this.failure(operation, thrown);
      const { status, detail = error.code } = error.upstream ?? {};
      // NestJS uses the same form for a missing route, which says nothing about the conversation.
      const isRoute = /^Cannot (GET|POST) /.test(detail);
      if (harmless && status === 404 && !isRoute) return { says: "nothing" };
      // Equos' message may quote the conversation, whose values are not at hand to be masked.
      return failed(operation, status, status === undefined ? detail : error.code);
    }
  }

  async #call<T>(seconds: number, call: (client: EquosPort, init: CallInit) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const init = { signal: limit.signal, redirect: "manual" } as const;
    const outcome = await outcomeWithin(this.clock, seconds, () => call(this.#client(), init));
    if (outcome !== timeOver) return outcome;
    limit.abort();
    throw new DOMException(`No answer within ${seconds} s`, "TimeoutError");
  }

  #client(): EquosPort {
    this.#port ??= this.#options.equos ?? this.#createClient();
    return this.#port;
  }

  #createClient(): EquosPort {
    const { fetch, lateResponseSeconds } = this.#options;
    try {
      return EquosClient.create(() => this.#apiKey(), {
        endpoint: this.endpoint(),
        fetch,
        // The broker's own limits end first. This one is for a clock that stands still.
        timeoutMs: lateResponseSeconds * 1000 + 5000,
        // The broker checks the fields that it reads. Other fields may change.
        checkAnswers: false,
        checkEmptyAnswers: true,
      });
    } catch (error) {
      throw new BrokerError("invalid-option", {
        hint: `EQUOS_ENDPOINT: ${error instanceof Error ? error.message : "is wrong"}`,
      });
    }
  }

  /** @throws BrokerError `api-key-missing`, `api-key-invalid`, or `api-key-failed` */
  async #apiKey(): Promise<string> {
    const { apiKey } = this.#options;
    const key = (typeof apiKey === "function" ? await this.#fetchKey(apiKey) : apiKey) ?? environment("EQUOS_API_KEY");
    if (key === undefined) {
      throw new BrokerError("api-key-missing", { hint: "Set EQUOS_API_KEY, or the option apiKey or equos" });
    }
    // Checked here because the error of a refused header could quote it.
    const wrongAt = key.search(/[^\x21-\x7e]/);
    if (wrongAt >= 0) {
      const hint = `Character ${wrongAt + 1} of the API key (EQUOS_API_KEY, or the option apiKey) cannot be sent in a header: copy the key again`;
      throw new BrokerError("api-key-invalid", { hint });
    }
    if (!this.#recentKeys.includes(key)) this.#recentKeys = [key, ...this.#recentKeys].slice(0, MAX_RECENT_KEYS);
    return key;
  }

  async #fetchKey(source: () => string | Promise<string>): Promise<string> {
    const { clock } = this;
    if (this.#fetchedKey !== undefined && clock.now() < this.#fetchedKey.until) return this.#fetchedKey.key;
    return await this.#keyFetch.run("key", async () => {
      // The error of the key's source is not kept: it may quote anything.
      const fetched = await within(clock, FETCH_KEY_SECONDS, Promise.resolve().then(source)).catch(() => undefined);
      const key = trimmed(fetched);
      if (typeof key !== "string") {
        throw new BrokerError("api-key-failed", { hint: "The option apiKey threw, timed out, or returned no string" });
      }
      this.#fetchedKey = { key, until: clock.now() + KEEP_KEY_MS };
      return key;
    });
  }
}

const failed = (operation: string, status: number | undefined, detail: string): Look => ({
  says: "failure",
  failure: { operation, status, detail },
});
