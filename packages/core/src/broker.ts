import { assemble } from "./assembly.js";
import { stopwatch } from "./clock.js";
import { type Consumer, checkConsumer } from "./consumer.js";
import { within } from "./deadline.js";
import type { Exchange, Reply } from "./exchange.js";
import type { Grant } from "./grant.js";
import { Attempts } from "./http/attempts.js";
import { actions, handle } from "./http/handle.js";
import { type Claim, checkClaim } from "./life/claim.js";
import { CLOSE_SECONDS, finish } from "./life/close.js";
import { keepConversation } from "./life/keep.js";
import { checkOrder, type StartRequestBody } from "./life/order.js";
import { type ReconcileOptions, type ReconcileReport, reconcile } from "./life/reconcile.js";
import { startConversation } from "./life/start.js";
import { stopConversation } from "./life/stop.js";
import type { StopOrder, Stopped } from "./life/stop-order.js";
import { Sweep } from "./life/sweep.js";
import { checkOptions } from "./option-checks.js";
import type { BrokerOptions } from "./options.js";
import type { AnyOptions, Parts } from "./parts.js";
import { Sweeper } from "./sweeper.js";

/** What `broker.start` is asked with. */
export interface StartOptions<TConsumer extends Consumer, TAlias extends string> extends StartRequestBody {
  readonly consumer: TConsumer;
  readonly character?: TAlias | undefined;
  /** Address of the client, for `limits.perIp`. */
  readonly ip?: string | undefined;
  /** The page will send keep-alives: one that never does is known not to have joined. */
  readonly keepsAlive?: boolean | undefined;
}

/** What `broker.start` gives: a conversation that runs, new or taken up. */
export interface Started {
  /** What the client may have. */
  readonly grant: Grant;
  /** Hand it to the page with the grant; its page-end stop sends it back. */
  readonly delivery: number;
  /** The consumer's conversation was running already. */
  readonly resumed: boolean;
}

/** Options of `broker.close`. */
export interface CloseOptions {
  /** Also stop every conversation of this ledger. Default: leave them to the people in them. */
  readonly stop?: boolean | undefined;
}

/**
 * Stands between browsers and Equos: starts and stops conversations with the API key, gives a client only what it needs
 * to join, and keeps the books that make a double click one conversation and a stop the owner's alone.
 *
 * Building one does nothing but check the options: no timer, no I/O, no look at the environment.
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
  TAlias extends string = "default",
  TInput = undefined,
> {
  readonly #parts: Parts;
  readonly #shared: boolean;
  readonly #sweep: Sweep;
  readonly #sweeper: Sweeper;
  readonly #attempts: Attempts;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closed = false;

  constructor(options: BrokerOptions<TNative, TConsumer, TAlias, TInput>) {
    checkOptions(options);
    // Inside, a consumer is a Consumer and an input is unknown; each goes back only into functions of these options.
    const plain = options as unknown as AnyOptions;
    this.#shared = options.ledger?.shared ?? false;
    this.#parts = assemble(plain, {
      open: () => !this.#closed,
      track: (task) => this.#track(task),
      wake: () => this.#sweeper.wake(),
      sweep: () => this.sweep(),
      catchUp: () => this.#sweeper.catchUp(),
      opened: (books) => this.#sweeper.take(books),
    });
    const { clock, logger } = this.#parts;
    this.#sweep = new Sweep(this.#parts);
    this.#attempts = new Attempts(clock);
    this.#sweeper = new Sweeper(
      clock,
      () => this.#sweep.begin(),
      // Another server may be killed at any time, and what it leaves behind is due later.
      this.#shared ? 5_000 : undefined,
      (error) => logger.error({ error: error instanceof Error ? error.message : "unknown" }, "A sweep failed"),
    );
  }

  #track<T>(task: Promise<T>): Promise<T> {
    this.#inFlight.add(task);
    const forget = () => this.#inFlight.delete(task);
    task.then(forget, forget);
    return task;
  }

  /** Everything in flight is through. What died with its request never is, or is and cannot say so any more. */
  async #settled(): Promise<void> {
    while (this.#inFlight.size > 0) {
      const tasks = [...this.#inFlight];
      await Promise.allSettled(tasks);
      for (const task of tasks) this.#inFlight.delete(task);
    }
  }

  /** The segments below a mount that are the broker's. */
  readonly actions: readonly string[] = actions;

  /** Serves one request of an adapter. `null`: the action is none of the broker's. Never rejects. */
  readonly handle = (exchange: Exchange<TNative>): Promise<Reply | null> =>
    handle(this.#parts, this.#attempts, exchange);

  /**
   * Starts a conversation for a consumer, or hands out the running one again.
   *
   * @throws BrokerError, any code of `docs/errors.md` that is not about a request.
   */
  async start({ consumer, ip, keepsAlive, ...body }: StartOptions<TConsumer, TAlias>): Promise<Started> {
    checkConsumer(consumer);
    const order = await checkOrder(this.#parts, consumer, body, { ip, keepsAlive });
    const { grant, number, resumed } = await this.#parts.track(startConversation(this.#parts, order));
    return { grant, delivery: number, resumed };
  }

  /**
   * Stops a conversation: the consumer's, the token's, or, with an `id` alone, anyone's. Stopping again is harmless.
   * A `consumer` or `token` that is there and empty stops nothing: nobody was signed in.
   *
   * @throws BrokerError `not-found` or `several-conversations`.
   */
  async stop(order: StopOrder): Promise<Stopped> {
    checkClaim(order);
    return await stopConversation(this.#parts, order, (order.consumer ?? order.token) ? "owner" : "server");
  }

  /** Says that somebody is in a conversation. @throws BrokerError `not-found` or `conversation-ended`. */
  async keepAlive(claim: Claim): Promise<void> {
    checkClaim(claim);
    await keepConversation(this.#parts, claim);
  }

  /**
   * Sees to what is due: pages that have left or that nobody joined, stops to confirm, starts whose outcome is unknown. Runs
   * by itself every second from the first use on; where nothing runs between requests, let a scheduler call it.
   *
   * @throws BrokerError `ledger-unavailable`
   */
  async sweep(): Promise<void> {
    if (await this.#sweep.begin()) this.#sweeper.wake();
    await this.#sweep.finish();
  }

  /**
   * Compares what runs at Equos under this `deployment` with the ledger, and repairs: what runs and is in no record is
   * stopped, or adopted when somebody has joined it; what is in a record and runs no more is ended.
   *
   * @throws BrokerError `deployment-missing`, `ledger-unavailable`, or any `upstream-…`
   */
  async reconcile(options: ReconcileOptions = {}): Promise<ReconcileReport> {
    return await this.#track(this.#parts.books().then((books) => reconcile(this.#parts, books, options)));
  }

  /**
   * No new starts, an end to those in flight and to what was promised (stops to confirm, pages that leave), no more
   * timers. Conversations go on unless `stop` is set. Takes at most half a minute more than `timeouts.abandonSeconds`, so
   * a minute and a half by default: what has not come to its end by then is told to the `logger`.
   *
   * @throws BrokerError `ledger-unavailable` with `stop`, when it cannot be seen what there is to stop
   */
  async close({ stop = false }: CloseOptions = {}): Promise<void> {
    this.#closed = true;
    this.#sweeper.close();
    const { clock, timeouts, used } = this.#parts;
    const elapsed = stopwatch(clock);
    // The clock's timers keep no process alive, and by now nothing else may.
    const alive = globalThis.setInterval(() => undefined, 1000);
    try {
      await within(clock, timeouts.abandonSeconds, this.#settled());
      this.#inFlight.clear();
      if (!stop && !used()) return;
      const seconds = timeouts.abandonSeconds + CLOSE_SECONDS - elapsed() / 1000;
      await finish(this.#parts, this.#sweep, { shared: this.#shared, everything: stop, seconds });
    } finally {
      globalThis.clearInterval(alive);
    }
  }
}
