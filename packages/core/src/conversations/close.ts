import { stopwatch } from "../clock.js";
import { pause, timeOver, within } from "../deadline.js";
import { requestStop } from "../state/transitions.js";
import { type Context, recordsOf } from "./context.js";
import type { Ends } from "./end.js";
import type { OpenStore } from "./open-store.js";
import type { Sweep } from "./sweep.js";

/** How long a closing server tries to stop what Equos does not confirm, in seconds. */
const CLOSE_SECONDS = 30;
/** Conversations that are stopped at the same time. */
const AT_ONCE = 20;

/**
 * Waits for what is under way, and finishes what this server is responsible for: unconfirmed stops, pages that close, ends
 * to announce. With `everything`, it also stops every conversation of the store. A shared store's other work is left to the
 * other servers.
 *
 * @throws BrokerError `store-unavailable` with `everything`
 */
export async function closeConversations(
  { settings, stores, background }: Context,
  ends: Ends,
  sweep: Sweep,
  everything: boolean,
): Promise<void> {
  const { clock, timeouts, logger, leaseMs } = settings;
  const elapsed = stopwatch(clock);
  await within(clock, timeouts.lateResponseSeconds, background.settled());
  background.clear();
  if (!everything && !stores.isUsed) return;
  const leftSeconds = timeouts.lateResponseSeconds + CLOSE_SECONDS - elapsed() / 1000;
  // After this the caller has been answered, and nothing more begins.
  const until = clock.now() + leftSeconds * 1000;
  try {
    if ((await within(clock, leftSeconds, finish())) !== timeOver) return;
    logger.error({}, "Closed before all stops were confirmed; the conversations run to their maxSeconds");
  } catch (error) {
    if (everything) throw error;
    const reason = error instanceof Error ? error.message : "unknown";
    logger.error({ error: reason }, "Closed without the store; what is due there waits for another server");
  }

  async function finish(): Promise<void> {
    const store = await stores.open();
    const giveUpAt = Math.min(until, clock.now() + CLOSE_SECONDS * 1000);
    while (clock.now() < until) {
      const failure = everything ? await stopEverything(store) : undefined;
      await sweep.begin();
      await sweep.finish();
      await within(clock, timeouts.hookSeconds, background.settled());
      if (store.isShared && !everything) return;
      const left = await countOpen(store);
      if (left === 0) return;
      if (clock.now() >= giveUpAt) {
        logger.error({ left }, "Equos has not confirmed all stops; these conversations run to their maxSeconds");
        if (failure !== undefined) throw failure.error;
        return;
      }
      await pause(clock, 1000);
    }
  }

  /** Stops every running conversation. Goes on after a failure, and returns the first one. */
  async function stopEverything(store: OpenStore): Promise<{ readonly error: unknown } | undefined> {
    const running: string[] = [];
    for await (const { status, reservation } of recordsOf(store)) if (status === "running") running.push(reservation);
    let failure: { readonly error: unknown } | undefined;
    const stop = async (reservation: string) => {
      try {
        const outcome = await store.change(requestStop, { reservation, reason: "shutdown", leaseMs });
        if (outcome.outcome === "found") await ends.stop(store, outcome.record);
      } catch (error) {
        failure ??= { error };
      }
    };
    for (let from = 0; from < running.length && clock.now() < until; from += AT_ONCE) {
      await Promise.all(running.slice(from, from + AT_ONCE).map(stop));
    }
    return failure;
  }

  /** What would be left behind: conversations to stop or to find, and ends that are not announced. */
  async function countOpen(store: OpenStore): Promise<number> {
    let open = 0;
    for await (const { status, scheduledStop, missedAt, announcedAt } of recordsOf(store)) {
      const isStopped = status === "running" && (everything || scheduledStop !== undefined);
      // One complete search is awaited. A conversation that Equos creates later runs to its maxSeconds.
      const isUnknown = status === "unknown" && missedAt === undefined;
      const isUnannounced = status === "ended" && announcedAt === undefined;
      if (isStopped || isUnknown || isUnannounced || status === "stopping") open += 1;
    }
    return open;
  }
}
