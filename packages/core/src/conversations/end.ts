import type { Background } from "../background.js";
import { isPromise } from "../deadline.js";
import type { Settings } from "../settings.js";
import { SharedWork } from "../shared-work.js";
import type { ConversationRecord, ConversationStatus } from "../state/state.js";
import { acknowledgeEnd, type EndRequest, markEnded, retryLater } from "../state/transitions.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Events } from "./events.js";
import type { OpenStore } from "./open-store.js";
import type { Pending } from "./pending.js";

/** Delays before a stop is requested again, in ms: about each of Equos' own retry intervals, at most 15 s. */
export const backoffMs = (attempts: number): number => Math.min(1000 * 2 ** Math.max(0, attempts - 1), 15_000);

export interface EndsDependencies {
  readonly settings: Settings;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly background: Background;
  readonly pending: Pending;
}

/** Delay before an end is delivered again, in ms: up to five minutes. */
const announceAgainMs = (attempts: number): number => Math.min(1000 * 2 ** Math.max(0, attempts - 1), 300_000);

/** Brings conversations to their end: stops them at Equos, records the end, and announces it. */
export class Ends {
  readonly #with: EndsDependencies;
  /** Conversations that were stopped while the store was down, until it knows. By Equos' id. */
  readonly stoppedWithoutStore = new Set<string>();
  /** Stops under way in this process, by reservation. */
  readonly #stopping: SharedWork<string, ConversationStatus>;

  constructor(dependencies: EndsDependencies) {
    this.#with = dependencies;
    const { clock, timeouts } = dependencies.settings;
    // Two calls to Equos and two saves.
    this.#stopping = new SharedWork(clock, 2 * (timeouts.stopSeconds + timeouts.storeSeconds));
  }

  isStopping(reservation: string): boolean {
    return this.#stopping.underWay(reservation);
  }

  /**
   * Stops a `stopping` conversation at Equos and records the end. Callers of the same conversation share one stop. If Equos
   * does not confirm, the record stays `stopping` and the sweep tries again.
   *
   * @param waitUntil keeps a serverless function alive for the announcement
   */
  stop(
    store: OpenStore,
    record: ConversationRecord,
    waitUntil?: (task: Promise<unknown>) => void,
  ): Promise<ConversationStatus> {
    const { reservation, status, conversation } = record;
    if (status !== "stopping" || conversation === undefined) return Promise.resolve(status);
    return this.#with.background.track(
      this.#stopping.run(reservation, () => this.#stop(store, record, conversation, waitUntil)),
    );
  }

  async #stop(
    store: OpenStore,
    record: ConversationRecord,
    conversation: string,
    waitUntil: ((task: Promise<unknown>) => void) | undefined,
  ): Promise<ConversationStatus> {
    const { upstream, events, settings } = this.#with;
    const { reservation, reason = "server", attempts = 1 } = record;
    if (attempts <= 1) events.record(store, record, { type: "conversation.stopping", reason });
    const { confirmed, seconds, endedAt, failure } = await upstream.stop(conversation);
    if (confirmed) {
      await this.markEnded(store, { reservation, reason, seconds, endedAt }, waitUntil);
      return "ended";
    }
    settings.logger.warn({ conversation, upstream: failure }, "Equos has not confirmed a stop; trying again");
    events.record(store, record, { type: "stop.unconfirmed", upstream: failure });
    await this.retryLater(store, record, backoffMs(attempts));
    return "stopping";
  }

  /** Records that nothing runs at Equos, repeating it in the background if the store fails. Then announces the end. */
  async markEnded(
    store: OpenStore,
    request: Omit<EndRequest, "announce">,
    waitUntil?: (task: Promise<unknown>) => void,
  ): Promise<void> {
    const { background, events, settings, pending } = this.#with;
    const announce = events.areHeard ? settings.leaseMs : "none";
    await background.persist(
      () => store.change(markEnded, { ...request, announce }),
      (moved) => {
        pending.notify(request.reservation);
        background.wake();
        if (!moved?.changed || moved.record.announcedAt !== undefined) return;
        const announcing = background.track(this.announce(store, moved.record));
        waitUntil?.(announcing);
      },
      waitUntil,
    );
  }

  /** Delivers the end to `onEvent` and acknowledges it. After a rejection the sweep delivers it again. Never rejects. */
  async announce(store: OpenStore, record: ConversationRecord): Promise<void> {
    const { events, settings } = this.#with;
    const { reservation, conversation, attempts = 1 } = record;
    try {
      await events.end(store, record);
    } catch (error) {
      const details = { conversation, reservation, cause: events.describe(error) };
      settings.logger.warn(details, "onEvent did not take the end of a conversation; delivering it again");
      return await this.retryLater(store, record, announceAgainMs(attempts));
    }
    try {
      const saved = store.change(acknowledgeEnd, { reservation });
      if (isPromise(saved)) await saved;
    } catch {
      // Delivered again after the lease: at least once.
    }
  }

  /** Gives work back to the sweep. If that cannot be saved, the lease ends by itself. Never rejects. */
  async retryLater(store: OpenStore, { reservation }: ConversationRecord, afterMs: number): Promise<void> {
    this.#with.background.wake();
    try {
      await store.change(retryLater, { reservation, afterMs });
    } catch {
      // The lease of the record ends by itself.
    }
  }
}
