import type { Consumer } from "../consumer.js";
import type { EventConsumer } from "../events.js";
import type { Grant } from "../grant.js";
import type { LedgerRecord } from "../ledger/ledger.js";

/** What the broker writes into a ledger record for itself. Ledgers keep it as an opaque text. */
export interface Payload {
  readonly consumer: EventConsumer;
  /** Alias. */
  readonly character: string;
  readonly maxSeconds: number;
  /** Once there is one. */
  readonly grant?: Grant | undefined;
}

export function newPayload({ identity, tenant }: Consumer, character: string, maxSeconds: number): Payload {
  return { consumer: tenant === undefined ? { identity } : { identity, tenant }, character, maxSeconds };
}

export const writePayload = (payload: Payload): string => JSON.stringify(payload);

/** Only reads what {@link writePayload} wrote into the same ledger. */
export const readPayload = (record: LedgerRecord): Payload => JSON.parse(record.payload) as Payload;
