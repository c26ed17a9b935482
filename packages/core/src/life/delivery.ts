import type { QuotaReading } from "../errors.js";
import type { Grant } from "../grant.js";
import type { Books } from "../ledger/books.js";

/** A grant on its way to a client. */
export interface Delivery {
  readonly grant: Grant;
  /** Tells this hand-over from earlier and later ones to the same consumer. */
  readonly number: number;
  readonly resumed: boolean;
  readonly reservation: string;
  /** Those that the delivery is written down in. */
  readonly books: Books;
  /** What the consumer has left of its quotas; told with a new conversation. */
  readonly quotas: readonly QuotaReading[];
}
