import type { Background } from "../background.js";
import { within } from "../deadline.js";
import type { Settings } from "../settings.js";
import { due, type Work } from "../state/due.js";
import type { ConversationRecord } from "../state/state.js";
import type { Ends } from "./end.js";
import type { Events } from "./events.js";
import type { JoinCheck } from "./join-check.js";
import type { OpenStore, StoreOpener } from "./open-store.js";
import type { Reconciler } from "./reconcile.js";
import type { Search } from "./search.js";

/** Consumers that one claim takes: what a killed server holds is delayed by its lease. */
const CLAIM = 10;
/** Lease of a claim, in ms. Each record then gets a lease of its own. */
const CLAIM_LEASE_MS = 5_000;
/** Consumers that this process may work on at the same time. */
const AT_ONCE = 100;
/** Calls of `onEvent` for ends at the same time. */
const ANNOUNCEMENTS_AT_ONCE = 50;
/** Number of reported states that are remembered. */
const MAX_REPORTED = 10_000;
/** A task counts as lost after this, in seconds: a platform may end it together with its request. */
const LOST_SECONDS = 60;

export interface SweepDependencies {
  readonly settings: Settings;
  readonly stores: StoreOpener;
  readonly events: Events;
  readonly ends: Ends;
  readonly search: Search;
  readonly joinCheck: JoinCheck;
  readonly reconciler: Reconciler;
  readonly background: Background;
}

/** Claims due consumers and processes what their deadlines ask for. */
export class Sweep {
  readonly #with: SweepDependencies;
  /** Consumers whose unreadable state was reported. */
  readonly #reported = new Set<string>();
  readonly #announcements = new Set<Promise<void>>();
  /** Tasks under way, with when each counts as lost. */
  readonly #tasks = new Map<Promise<unknown>, number>();

  constructor(dependencies: SweepDependencies) {
    this.#with = dependencies;
  }

  /** Begins what is due, without waiting for it. Returns whether anything is left, or will become due. */
  async begin(): Promise<boolean> {
    const { stores, reconciler } = this.#with;
    const store = await stores.open();
    this.#forgetLost();
    let isDamaged = false;
    let nextDueAt: number | undefined;
    while (this.#tasks.size < AT_ONCE) {
      const due = await store.session.claimDue({ limit: CLAIM, leaseMs: CLAIM_LEASE_MS });
      nextDueAt = due.nextDueAt;
      for (const { consumer, state } of due.claimed) {
        if ("unreadable" in state) {
          isDamaged ||= state.unreadable === "damaged";
          this.#report(consumer, state.unreadable);
        } else this.#start(this.#process(store, consumer));
      }
      if (due.claimed.length < CLAIM) break;
    }
    const isLost = store.session.lossId !== undefined || isDamaged;
    this.#start(isLost ? reconciler.recoverIfIdle(store) : reconciler.regularly(store));
    return nextDueAt !== undefined || this.#tasks.size > 0;
  }

  /** Resolves when everything that has begun is done, or lost. */
  async finish(): Promise<void> {
    const { clock } = this.#with.settings;
    await within(clock, LOST_SECONDS, Promise.allSettled(this.#tasks.keys()));
    await within(clock, LOST_SECONDS, Promise.allSettled(this.#announcements));
  }

  async #process(store: OpenStore, consumer: string): Promise<void> {
    const { leaseMs } = this.#with.settings;
    const work = await store.session.update(consumer, ({ state, now }) => due(state, leaseMs, now));
    await Promise.all(work.map((item) => this.#do(store, item)));
  }

  async #do(store: OpenStore, { kind, record }: Work): Promise<unknown> {
    const { ends, search, joinCheck } = this.#with;
    switch (kind) {
      case "stop":
        return await ends.stop(store, record);
      case "search":
        return await search.find(store, record);
      case "check-join":
        return await joinCheck.run(store, record);
      case "announce":
        return this.#announce(store, record);
    }
  }

  #start(task: Promise<unknown>): void {
    const { background, settings } = this.#with;
    const guarded = background.track(task).catch((error: unknown) => {
      // Its lease ends, and it is due again.
      const reason = error instanceof Error ? error.message : "unknown";
      settings.logger.error({ error: reason }, "A due task failed; it is repeated");
    });
    this.#tasks.set(guarded, settings.clock.now() + LOST_SECONDS * 1000);
    void guarded.finally(() => this.#tasks.delete(guarded));
  }

  /** Delivers an end without holding up stops. If too many are under way, the lease makes it due again. */
  #announce(store: OpenStore, record: ConversationRecord): void {
    if (this.#announcements.size >= ANNOUNCEMENTS_AT_ONCE) return;
    const task = this.#with.background.track(this.#with.ends.announce(store, record));
    this.#announcements.add(task);
    void task.finally(() => this.#announcements.delete(task));
  }

  /** Reports each unreadable state once: it stays due until it is replaced. */
  #report(consumer: string, reason: string): void {
    const { events, settings } = this.#with;
    if (this.#reported.has(consumer)) return;
    if (this.#reported.size >= MAX_REPORTED) this.#reported.clear();
    this.#reported.add(consumer);
    settings.logger.error({ state: consumer, reason }, "A stored state cannot be read");
    events.store({ type: "store.corrupt-state", state: consumer });
  }

  #forgetLost(): void {
    const now = this.#with.settings.clock.now();
    for (const [task, lostAt] of this.#tasks) if (lostAt <= now) this.#tasks.delete(task);
  }
}
