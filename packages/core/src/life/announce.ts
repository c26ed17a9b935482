import type { LedgerRecord } from "../ledger/ledger.js";
import type { Parts } from "../parts.js";
import type { Order } from "./order.js";
import { newPayload, type Payload, readPayload } from "./payload.js";

/** The fields that every event about a conversation has. */
export function about(parts: Parts, record: LedgerRecord) {
  return { ...common(parts, readPayload(record)), conversation: record.conversation ?? "" };
}

/** The fields that every event about a start has. */
export function aboutOrder(parts: Parts, { consumer, character, maxSeconds }: Order) {
  return common(parts, newPayload(consumer, character, maxSeconds));
}

function common({ clock, options }: Parts, { consumer, character }: Payload) {
  return { at: new Date(clock.now()).toISOString(), deployment: options.deployment, consumer, character };
}
