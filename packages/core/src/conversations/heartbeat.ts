import { BrokerError } from "../errors.js";
import type { Settings } from "../settings.js";
import { heartbeat } from "../state/presence.js";
import type { Events } from "./events.js";
import type { StoreOpener } from "./open-store.js";
import { locate, notFound, type Proof } from "./stop.js";

export interface HeartbeatRequest extends Proof {
  /** The page's generation. */
  readonly generation?: number | undefined;
}

/**
 * Records that a page is still in a conversation.
 *
 * @throws BrokerError `not-found`, `several-conversations`, or `conversation-ended`
 */
export async function recordHeartbeat(
  { settings, stores, events }: { readonly settings: Settings; readonly stores: StoreOpener; readonly events: Events },
  { generation, ...proof }: HeartbeatRequest,
): Promise<void> {
  const store = await stores.open();
  const { consumer, target } = await locate(store, proof);
  const { heartbeatTimeoutMs } = settings;
  const outcome = await store.session.update(consumer, ({ state, now }) =>
    heartbeat(state, { ...target, generation, heartbeatTimeoutMs }, now),
  );
  if (outcome.outcome === "ambiguous") throw new BrokerError("several-conversations");
  // Its start is under way: no page has it yet.
  if (outcome.outcome !== "found") throw outcome.outcome === "pending" ? new BrokerError("not-found") : notFound(store);
  if (outcome.record.status !== "running") throw new BrokerError("conversation-ended");
  if (outcome.changed) events.record(store, outcome.record, { type: "conversation.joined" });
}
