import { Background, keepProcess } from "./background.js";
import { type Consumer, checkConsumer } from "./consumer.js";
import { closeConversations } from "./conversations/close.js";
import type { Context } from "./conversations/context.js";
import { createEnds } from "./conversations/end.js";
import { createEvents } from "./conversations/events.js";
import { StoreOpener } from "./conversations/open-store.js";
import { createPending } from "./conversations/pending.js";
import {
  createReconciler,
  type ReconcileOptions,
  type ReconcileReport,
  type Reconciler,
} from "./conversations/reconcile.js";
import { type RunningConversation, runningConversations } from "./conversations/running.js";
import { createSearch } from "./conversations/search.js";
import { createStarts } from "./conversations/start.js";
import { checkStart, type StartRequestBody } from "./conversations/start-request.js";
import { createStops, type Stopped } from "./conversations/stop.js";
import { createSweep, type Sweep } from "./conversations/sweep.js";
import { BrokerError } from "./errors.js";
import type { Exchange, Reply } from "./exchange.js";
import type { Grant } from "./grant.js";
import { limitAttempts } from "./http/attempts.js";
import { actions, handle, type Services } from "./http/handle.js";
import type { BrokerOptions } from "./options.js";
import { type AnyOptions, resolveOptions } from "./settings.js";
import { Sweeper } from "./sweeper.js";
import { Upstream } from "./upstream/upstream.js";

/** What `broker.start` takes. */
export interface StartOptions<TConsumer extends Consumer, TAlias extends string> extends StartRequestBody {
  readonly consumer: TConsumer;
  readonly character?: TAlias | undefined;
  /** Address of the client, for `limits.perIp`. */
  readonly ip?: string | undefined;
  /** The page has promised heartbeats: without one by the join deadline, no consumer has joined. */
  readonly sendsHeartbeats?: boolean | undefined;
}

/** What `broker.start` returns: a conversation that runs, new or resumed. */
export interface Started {
  /** What the client may have. */
  readonly grant: Grant;
  /** Goes to the page with the payload. Its stop and its heartbeats send it back. */
  readonly generation: number;
  /** The consumer's conversation was running already. */
  readonly resumed: boolean;
}

/** What `broker.stop` takes. */
export interface StopOptions extends PageOptions {
  /** Only conversations of this consumer are stopped. */
  readonly consumer: Pick<Consumer, "identity" | "tenant">;
  /** Equos' id. Default: the consumer's only conversation. */
  readonly id?: string | undefined;
}

/** What a page says with its stop. */
export interface PageOptions {
  /** The page's generation. If a newer page has the conversation, the stop is refused as `outdated`. */
  readonly generation?: number | undefined;
  /** The page closes or reloads: the stop waits `leaveGraceSeconds` for a page that comes back. */
  readonly pageHide?: boolean | undefined;
}

/** What `broker.heartbeat` takes: a consumer, or the conversation's token. */
export type HeartbeatOptions = { readonly generation?: number | undefined } & (
  | { readonly consumer: Pick<Consumer, "identity" | "tenant">; readonly id?: string | undefined }
  | { readonly token: string }
);

/** Options of `broker.close`. */
export interface CloseOptions {
  /**
   * Also stop every conversation of this store. Default: `true` with a store that ends with the process, such as
   * `memoryStore`; `false` with a shared store, because other servers take the conversations over.
   */
  readonly stop?: boolean | undefined;
}

/**
 * Starts and stops conversations with the API key, and returns to a client only what it needs to join. Records
 * conversations, so that a double click starts one and only its owner can stop it.
 *
 * The constructor only checks the options: no timer, no I/O, no environment.
 *
 * @throws BrokerError `invalid-option`, which names the option.
 *
 * @example
 * ```ts
 * const broker = new ConversationBroker({
 *   authorize: ({ native: { req } }: ExpressContext) => req.user && { identity: req.user.id, name: req.user.name },
 *   characters: { guide: "cha_…" },
 * });
 * app.use("/api/equos", toExpress(broker));
 * ```
 */
export class ConversationBroker<
  TNative = unknown,
  TConsumer extends Consumer = Consumer,
  TAlias extends string = string,
  TInput = unknown,
> {
  readonly #context: Context;
  readonly #services: Services;
  readonly #sweeper: Sweeper;
  readonly #reconcile: Reconciler["reconcile"];
  readonly #sweep: Sweep;
  readonly #close: (everything: boolean) => Promise<void>;

  constructor(options: BrokerOptions<TNative, TConsumer, TAlias, TInput>) {
    // Inside, a consumer is a Consumer and an input is unknown; each goes back only into functions of these options.
    const settings = resolveOptions(options as unknown as AnyOptions);
    const { clock, logger } = settings;
    const background = new Background(clock, () => sweeper.wake());
    const upstream = new Upstream({ ...settings, ...settings.timeouts }, clock);
    const events = createEvents(settings, () => upstream.secrets());
    const pending = createPending(clock);
    const stores = new StoreOpener(settings, () => upstream.endpoint(), {
      opened: (store) => {
        // A broker with its own clock sweeps for itself.
        if (!settings.hasOwnClock) sweeper.take(store.id);
        // Another server may be killed at any time, and what it leaves becomes due later.
        if (store.isShared) background.wake();
      },
      lost: () => background.wake(),
    });
    const context: Context = { settings, stores, upstream, events, background, pending };
    const ends = createEnds(context);
    const reconciler = createReconciler(context, ends);
    const sweep = createSweep(context, ends, createSearch(context, ends), reconciler);
    const sweeper = new Sweeper(clock, sweep.begin, settings.store.shared ? 5_000 : undefined, (error) =>
      logger.error({ error: error instanceof Error ? error.message : "unknown" }, "A sweep failed"),
    );
    const starts = createStarts(context, ends, reconciler.recover);
    const stops = createStops(context, ends);
    this.#context = context;
    this.#sweeper = sweeper;
    this.#sweep = sweep;
    this.#reconcile = reconciler.reconcile;
    this.#close = (everything) => closeConversations(context, ends, sweep, everything);
    this.#services = {
      ...{ settings, starts, stops, background },
      checkAttempts: limitAttempts(clock),
      secrets: () => upstream.secrets(),
      sweep: () => this.sweep(),
      catchUp: () => sweeper.catchUp(),
    };
  }

  /** The segments below a mount that are the broker's. */
  readonly actions: readonly string[] = actions;

  /** Serves one request of an adapter. `null`: the action is not the broker's. Never rejects. */
  readonly handle = (exchange: Exchange<TNative>): Promise<Reply | null> => handle(this.#services, exchange);

  /**
   * Starts a conversation for a consumer, or hands out the running one again.
   *
   * @throws BrokerError, any code of `docs/errors.md` that is not about a request.
   */
  async start({ consumer, ip, sendsHeartbeats, ...body }: StartOptions<TConsumer, TAlias>): Promise<Started> {
    checkConsumer(consumer);
    const { starts } = this.#services;
    const request = await checkStart(this.#context.settings, consumer, body, { ip, sendsHeartbeats });
    const { payload, generation, resumed } = await this.#context.background.track(starts.start(request));
    return { grant: payload, generation, resumed };
  }

  /**
   * Stops a consumer's conversation. Stopping again is harmless.
   *
   * @throws BrokerError `not-found`, `several-conversations`, or `outdated`
   */
  async stop({ consumer, id, generation, pageHide }: StopOptions): Promise<Stopped> {
    return await this.#services.stops.stop({
      ...{ consumer: signedIn(consumer), id: present(id), generation, pageHide },
      reason: "owner",
    });
  }

  /**
   * Stops the conversation of a LiveKit token. Possession of the token is the proof.
   *
   * @throws BrokerError `not-found` or `outdated`
   */
  async stopByToken(token: string, { generation, pageHide }: PageOptions = {}): Promise<Stopped> {
    return await this.#services.stops.stop({ token: required(token), generation, pageHide, reason: "owner" });
  }

  /**
   * Stops any conversation by Equos' id. For the server's own code: no consumer is checked.
   *
   * @throws BrokerError `not-found`
   */
  async forceStop(id: string): Promise<Stopped> {
    return await this.#services.stops.stop({ id: required(id), reason: "server" });
  }

  /** Records that a page is in a conversation. @throws BrokerError `not-found` or `conversation-ended` */
  async heartbeat(options: HeartbeatOptions): Promise<void> {
    const { generation } = options;
    if ("token" in options) return await this.#services.stops.heartbeat({ token: required(options.token), generation });
    const { consumer, id } = options;
    await this.#services.stops.heartbeat({ consumer: signedIn(consumer), id: present(id), generation });
  }

  /**
   * Iterates over the conversations that run, as the store records them.
   *
   * @throws BrokerError `store-unavailable`
   *
   * @example
   * ```ts
   * for await (const { id, consumer, endsAt } of broker.conversations()) console.log(id, consumer?.identity, endsAt);
   * ```
   */
  async *conversations(): AsyncGenerator<RunningConversation, void, undefined> {
    yield* runningConversations(await this.#context.stores.open());
  }

  /**
   * Processes what is due: closed pages, conversations that no consumer joined, stops to confirm, unknown starts, ends to
   * announce. Runs by itself every second after the first use. Where nothing runs between requests, call it from a scheduler.
   *
   * @throws BrokerError `store-unavailable`
   */
  async sweep(): Promise<void> {
    if (await this.#sweep.begin()) this.#sweeper.wake();
    await this.#sweep.finish();
  }

  /**
   * Compares what runs at Equos under this `deployment` with the store, and repairs: a conversation without a record is
   * stopped, or adopted if a consumer has joined it; a record whose conversation runs no more is ended.
   *
   * @throws BrokerError `deployment-missing`, `store-unavailable`, or any `upstream-…`
   */
  async reconcile(options: ReconcileOptions = {}): Promise<ReconcileReport> {
    const run = async () => await this.#reconcile(await this.#context.stores.open(), options);
    return await this.#context.background.track(run());
  }

  /**
   * Refuses new starts, finishes those under way, confirms stops, announces ends, and stops the timers. Stops what runs if
   * the store ends with the process; with a shared store conversations go on. The option `stop` decides otherwise. Takes at
   * most half a minute more than `timeouts.lateResponseSeconds`, so a minute and a half by default. Logs what is still
   * pending after that.
   *
   * @throws BrokerError `store-unavailable` with `stop: true`: what there is to stop is not known
   */
  async close({ stop }: CloseOptions = {}): Promise<void> {
    const { background, settings, stores } = this.#context;
    background.isOpen = false;
    this.#sweeper.close();
    // A store of this process that was never used holds nothing to stop.
    const everything = stop ?? (!settings.store.shared && stores.isUsed);
    try {
      await keepProcess(() => this.#close(everything));
    } catch (error) {
      if (stop) throw error;
      const reason = error instanceof Error ? error.message : "unknown";
      settings.logger.error({ error: reason }, "Closed without the store; what it records runs to its maxSeconds");
    }
  }
}

/**
 * @throws BrokerError `not-found` for a missing consumer: `stop({ consumer: req.user })` without a user must stop nothing;
 * `invalid-identity` as at a start
 */
function signedIn<T extends Pick<Consumer, "identity" | "tenant">>(consumer: T): T {
  // A caller in JavaScript may pass anything.
  const { identity }: { identity?: unknown } = Object(consumer);
  if (identity === undefined || identity === "") throw new BrokerError("not-found");
  checkConsumer(consumer);
  return consumer;
}

/**
 * Ids and tokens are plain ASCII. Other texts could be one of them after encoding.
 *
 * @throws BrokerError `not-found`
 */
function required(value: string): string {
  if (typeof value !== "string" || !/^[!-~]{1,8192}$/.test(value)) throw new BrokerError("not-found");
  return value;
}

const present = (id: string | undefined): string | undefined => (id === undefined ? undefined : required(id));
