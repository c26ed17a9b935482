import { within } from "../deadline.js";
import { logFailure } from "../logger.js";
import { due, type Work } from "../state/due.js";
import type { Context } from "./context.js";
import type { Ends } from "./end.js";
import type { OpenStore } from "./open-store.js";
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

export type Sweep = ReturnType<typeof createSweep>;

/** Claims due consumers and processes what their deadlines ask for. */
export function createSweep(
  { settings, stores, events, background }: Context,
  ends: Ends,
  search: Search,
  reconciler: Reconciler,
) {
  const { clock, logger, leaseMs } = settings;
  /** Consumers whose unreadable state was reported. */
  const reported = new Set<string>();
  /** Under way, with when each task counts as lost. Announcements are apart, so that they hold up no stop. */
  const tasks = new Map<Promise<void>, number>();
  const announcements = new Map<Promise<void>, number>();

  /** Begins what is due, without waiting for it. Returns whether anything is left, or will become due. */
  async function begin(): Promise<boolean> {
    const store = await stores.open();
    forgetLost(tasks);
    forgetLost(announcements);
    let isDamaged = false;
    let nextDueAt: number | undefined;
    while (tasks.size < AT_ONCE) {
      const claim = await store.session.claimDue({ limit: CLAIM, leaseMs: CLAIM_LEASE_MS });
      nextDueAt = claim.nextDueAt;
      for (const { consumer, state } of claim.claimed) {
        if ("unreadable" in state) {
          isDamaged ||= state.unreadable === "damaged";
          report(consumer, state.unreadable);
        } else run(tasks, background.track(process(store, consumer)));
      }
      if (claim.claimed.length < CLAIM) break;
    }
    const isLost = store.session.lossId !== undefined || isDamaged;
    if (isLost) run(tasks, background.track(reconciler.recoverIfIdle(store)));
    // A closing broker does not wait for it.
    else run(tasks, reconciler.regularly(store));
    return nextDueAt !== undefined || tasks.size > 0;
  }

  /** Resolves when everything that has begun is done, or lost. */
  async function finish(): Promise<void> {
    await within(clock, LOST_SECONDS, Promise.allSettled(tasks.keys()));
    await within(clock, LOST_SECONDS, Promise.allSettled(announcements.keys()));
  }

  async function process(store: OpenStore, consumer: string): Promise<void> {
    const work = await store.session.update(consumer, ({ state, now }) => due(state, leaseMs, now));
    await Promise.all(work.map((item) => perform(store, item)));
  }

  async function perform(store: OpenStore, { kind, record }: Work): Promise<unknown> {
    switch (kind) {
      case "stop":
        return await ends.stop(store, record);
      case "search":
        return await search(store, record);
      case "check-join":
        return await ends.checkJoin(store, record);
      case "announce":
        // If too many are under way, the lease makes it due again.
        if (announcements.size < ANNOUNCEMENTS_AT_ONCE)
          run(announcements, background.track(ends.announce(store, record)));
    }
  }

  function run(group: Map<Promise<void>, number>, task: Promise<void>): void {
    const guarded = task.catch((error: unknown) => {
      // Its lease ends, and it is due again.
      logFailure(settings, error, "A due task failed; it is repeated");
    });
    group.set(guarded, clock.now() + LOST_SECONDS * 1000);
    void guarded.finally(() => group.delete(guarded));
  }

  function forgetLost(group: Map<Promise<void>, number>): void {
    for (const [task, lostAt] of group) if (lostAt <= clock.now()) group.delete(task);
  }

  /** Reports each unreadable state once: it stays due until it is replaced. */
  function report(consumer: string, reason: string): void {
    if (reported.has(consumer)) return;
    if (reported.size >= MAX_REPORTED) reported.clear();
    reported.add(consumer);
    logger.error({ state: consumer, reason }, "A stored state cannot be read");
    events.store({ type: "store.corrupt-state", state: consumer });
  }

  return { begin, finish };
}
