import type { BrokerEvent } from "../events.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import type { Order } from "./order.js";
import type { Payload } from "./payload.js";

type Without<TEvent, TFields extends PropertyKey> = TEvent extends unknown ? Omit<TEvent, TFields> : never;
type AboutRecord = Extract<BrokerEvent, { readonly conversation: string; readonly character: unknown }>;
type AboutOrder = Extract<BrokerEvent, { readonly type: "start.failed" | "start.unknown" }>;
type Common = "at" | "deployment" | "consumer" | "character" | "conversation";

/** When and where something happened: what every event has. */
export function happened({ clock, options }: Parts) {
  return { at: new Date(clock.now()).toISOString(), deployment: options.deployment };
}

/** Tells of something that happened to a conversation. `payload`: the record's, where it has been read already. */
export async function tell(
  parts: Parts,
  books: Books,
  record: LedgerRecord,
  what: Without<AboutRecord, Common>,
  payload?: Payload,
): Promise<void> {
  const whose = payload === undefined ? await who(parts, books, record) : whoseIs(payload);
  const about = { ...happened(parts), ...whose, conversation: record.conversation ?? "" };
  // The fields that each of these events has, and its own.
  parts.emit({ ...about, ...what } as BrokerEvent);
}

/** Whose a record is, as far as it can be read. */
export async function who(parts: Parts, books: Books, record: LedgerRecord) {
  return whoseIs(await parts.payloads.read(record, books.id).catch(() => undefined));
}

const whoseIs = (payload: Payload | undefined) => ({
  consumer: payload?.consumer,
  character: payload?.character || undefined,
});

/** Tells of a start that came to nothing. */
export function tellOfOrder(parts: Parts, order: Order, what: Without<AboutOrder, Common>): void {
  const { identity, tenant } = order.consumer;
  const consumer = tenant === undefined ? { identity } : { identity, tenant };
  parts.emit({ ...happened(parts), consumer, character: order.character, ...what });
}
