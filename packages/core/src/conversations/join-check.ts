import type { Settings } from "../settings.js";
import { promisedHeartbeats } from "../state/presence.js";
import type { ConversationRecord } from "../state/state.js";
import { markJoined, requestStop } from "../state/transitions.js";
import type { Look, Upstream } from "../upstream/upstream.js";
import { backoffMs, type Ends } from "./end.js";
import type { Events } from "./events.js";
import type { OpenStore } from "./open-store.js";
import { consumerOf } from "./upstream-name.js";

/** How long a conversation of which nothing can be concluded is left alone, in ms. It may yet be reported as joined. */
const UNKNOWN_JOIN_PAUSE_MS = 60_000;

/** Requests Equos' view of a running conversation: whether it runs, and whether a consumer has joined. */
export class JoinCheck {
  readonly #settings: Settings;
  readonly #upstream: Upstream;
  readonly #events: Events;
  readonly #ends: Ends;

  constructor(settings: Settings, upstream: Upstream, events: Events, ends: Ends) {
    this.#settings = settings;
    this.#upstream = upstream;
    this.#events = events;
    this.#ends = ends;
  }

  /**
   * Returns what Equos says, and records a join. Equos may count the avatar as joined, so a page that has promised heartbeats
   * joins by those alone.
   */
  async look(store: OpenStore, record: ConversationRecord): Promise<Look> {
    const { reservation, conversation = "", joined } = record;
    const look = await this.#upstream.look(conversation);
    if (look.says !== "running" || !look.conversation.joined) return look;
    if (!store.session.joinSeen) await store.session.updateMeta({ joinSeen: true });
    if (joined || promisedHeartbeats(record)) return look;
    const moved = await store.session.update(consumerOf(reservation), ({ state, now }) =>
      markJoined(state, { reservation }, now),
    );
    if (moved?.changed) this.#events.record(store, moved.record, { type: "conversation.joined" });
    return look;
  }

  /** The join deadline has passed. Stops the conversation if it is certain that no consumer has joined. */
  async run(store: OpenStore, record: ConversationRecord): Promise<void> {
    const { reservation, attempts = 1 } = record;
    const look = await this.look(store, record);
    if (look.says === "failure") return await this.#ends.retryLater(store, record, backoffMs(attempts));
    if (look.says !== "running") {
      const { seconds, endedAt } = look.says === "over" ? look.conversation : {};
      return await this.#ends.markEnded(store, { reservation, reason: "upstream", seconds, endedAt });
    }
    const hasPromised = promisedHeartbeats(record);
    if (look.conversation.joined && !hasPromised) return;
    if (!store.session.joinSeen && !hasPromised) {
      if (attempts <= 1) this.#events.record(store, record, { type: "join.unknown" });
      return await this.#ends.retryLater(store, record, UNKNOWN_JOIN_PAUSE_MS);
    }
    const { leaseMs } = this.#settings;
    const outcome = await store.session.update(consumerOf(reservation), ({ state, now }) =>
      requestStop(state, { reservation, reason: "join-timeout", ifUnjoined: true, leaseMs }, now),
    );
    if (outcome.outcome === "found" && outcome.changed) await this.#ends.stop(store, outcome.record);
  }
}
