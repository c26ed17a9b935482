import type { Background } from "../background.js";
import { stopwatch } from "../clock.js";
import { pause, timeOver, within } from "../deadline.js";
import type { Settings } from "../settings.js";
import { requestStop } from "../state/transitions.js";
import type { Ends } from "./end.js";
import type { OpenStore, StoreOpener } from "./open-store.js";
import type { Sweep } from "./sweep.js";
import { consumerOf } from "./upstream-name.js";

/** How long a closing server tries to stop what Equos does not confirm, in seconds. */
const CLOSE_SECONDS = 30;

export interface CloseDependencies {
  readonly settings: Settings;
  readonly stores: StoreOpener;
  readonly ends: Ends;
  readonly sweep: Sweep;
  readonly background: Background;
}

/** Conversations that are stopped at the same time. */
const AT_ONCE = 20;

/**
 * Waits for what is under way, and finishes what this server is responsible for: unconfirmed stops, pages that close, ends
 * to announce. With `everything`, it also stops every conversation of the store. A shared store's other work is left to the
 * other servers.
 *
 * @throws BrokerError `store-unavailable` with `everything`
 */
export async function closeConversations(dependencies: CloseDependencies, everything: boolean): Promise<void> {
  const { settings, stores, background } = dependencies;
  const { clock, timeouts, logger } = settings;
  const elapsed = stopwatch(clock);
  await within(clock, timeouts.lateResponseSeconds, background.settled());
  background.clear();
  if (!everything && !stores.isUsed) return;
  try {
    const seconds = timeouts.lateResponseSeconds + CLOSE_SECONDS - elapsed() / 1000;
    const finished = await within(clock, seconds, finish(dependencies, everything, clock.now() + seconds * 1000));
    if (finished === timeOver) {
      logger.error({}, "Closed before all stops were confirmed; the conversations run to their maxSeconds");
    }
  } catch (error) {
    if (everything) throw error;
    const reason = error instanceof Error ? error.message : "unknown";
    logger.error({ error: reason }, "Closed without the store; what is due there waits for another server");
  }
}

async function finish(dependencies: CloseDependencies, everything: boolean, until: number): Promise<void> {
  const { settings, stores, sweep, background } = dependencies;
  const { clock, logger } = settings;
  const store = await stores.open();
  const giveUpAt = Math.min(until, clock.now() + CLOSE_SECONDS * 1000);
  // After `until` the caller has been answered, and nothing more begins.
  while (clock.now() < until) {
    const failure = everything ? await stopEverything(dependencies, store, until) : undefined;
    await sweep.begin();
    await sweep.finish();
    await within(clock, settings.timeouts.hookSeconds, background.settled());
    if (store.isShared && !everything) return;
    const left = await countOpen(store, everything);
    if (left === 0) return;
    if (clock.now() >= giveUpAt) {
      logger.error({ left }, "Equos has not confirmed all stops; these conversations run to their maxSeconds");
      if (failure !== undefined) throw failure.error;
      return;
    }
    await pause(clock, 1000);
  }
}

/** Requests the stop of every running conversation. Goes on after a failure, and returns the first one. */
async function stopEverything(
  { settings, ends }: CloseDependencies,
  store: OpenStore,
  until: number,
): Promise<{ readonly error: unknown } | undefined> {
  const { leaseMs } = settings;
  const running: string[] = [];
  for await (const { state } of store.session.list()) {
    if ("unreadable" in state) continue;
    for (const { status, reservation } of state.records) if (status === "running") running.push(reservation);
  }
  let failure: { readonly error: unknown } | undefined;
  const stop = async (reservation: string) => {
    try {
      const outcome = await store.session.update(consumerOf(reservation), ({ state, now }) =>
        requestStop(state, { reservation, reason: "shutdown", leaseMs }, now),
      );
      if (outcome.outcome === "found") await ends.stop(store, outcome.record);
    } catch (error) {
      failure ??= { error };
    }
  };
  for (let from = 0; from < running.length && settings.clock.now() < until; from += AT_ONCE) {
    await Promise.all(running.slice(from, from + AT_ONCE).map(stop));
  }
  return failure;
}

/** What would be left behind: conversations to stop or to find, and ends that are not announced. */
async function countOpen(store: OpenStore, everything: boolean): Promise<number> {
  let open = 0;
  for await (const { state } of store.session.list()) {
    if ("unreadable" in state) continue;
    for (const { status, scheduledStop, missedAt, announcedAt } of state.records) {
      const isStopped = status === "running" && (everything || scheduledStop !== undefined);
      // One complete search is awaited. A conversation that Equos creates later runs to its maxSeconds.
      const isUnknown = status === "unknown" && missedAt === undefined;
      const isUnannounced = status === "ended" && announcedAt === undefined;
      if (isStopped || isUnknown || isUnannounced || status === "stopping") open += 1;
    }
  }
  return open;
}
