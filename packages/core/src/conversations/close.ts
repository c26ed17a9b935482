import type { Background } from "../background.js";
import { stopwatch } from "../clock.js";
import { pause, timeOver, within } from "../deadline.js";
import type { Settings } from "../settings.js";
import { requestStop } from "../state/transitions.js";
import type { Ends } from "./end.js";
import type { StoreOpener } from "./open-store.js";
import type { Sweep } from "./sweep.js";

/** How long a closing server tries to stop what Equos does not confirm, in seconds. */
const CLOSE_SECONDS = 30;

export interface CloseDependencies {
  readonly settings: Settings;
  readonly stores: StoreOpener;
  readonly ends: Ends;
  readonly sweep: Sweep;
  readonly background: Background;
}

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

async function finish(
  { settings, stores, ends, sweep, background }: CloseDependencies,
  everything: boolean,
  until: number,
): Promise<void> {
  const { clock, logger, leaseMs } = settings;
  const store = await stores.open();
  if (everything) {
    for await (const { consumer, state } of store.session.list()) {
      if (clock.now() >= until) return;
      if ("unreadable" in state) continue;
      const running = state.records.filter(({ status }) => status === "running");
      await Promise.all(
        running.map(async ({ reservation }) => {
          const outcome = await store.session.update(consumer, ({ state: current, now }) =>
            requestStop(current, { reservation, reason: "shutdown", leaseMs }, now),
          );
          if (outcome.outcome === "found") await ends.stop(store, outcome.record);
        }),
      );
    }
  }
  const giveUpAt = Math.min(until, clock.now() + CLOSE_SECONDS * 1000);
  let open = 0;
  while (clock.now() < giveUpAt) {
    await sweep.begin();
    await sweep.finish();
    await background.settled();
    if (store.isShared && !everything) return;
    open = 0;
    for await (const { state } of store.session.list()) {
      if ("unreadable" in state) continue;
      open += state.records.filter(
        ({ status, scheduledStop }) => status === "stopping" || (status === "running" && scheduledStop !== undefined),
      ).length;
    }
    if (open === 0) return;
    await pause(clock, 1000);
  }
  logger.error({ left: open }, "Equos has not confirmed all stops; these conversations run to their maxSeconds");
}
