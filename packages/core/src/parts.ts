import type { Clock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import type { BrokerEvent } from "./events.js";
import type { Books } from "./ledger/books.js";
import type { LedgerRecord } from "./ledger/record.js";
import type { Settling } from "./ledger/settling.js";
import type { Payloads } from "./life/payload.js";
import type { Stops } from "./life/stops.js";
import type { Logger } from "./logger.js";
import type { BrokerOptions, Timeouts } from "./options.js";
import type { SharedWork } from "./shared-work.js";
import type { Upstream } from "./upstream/upstream.js";

/** The options once the caller's own types no longer matter: inside, a consumer is a consumer and input is unknown. */
export type AnyOptions = BrokerOptions<never, Consumer, string, unknown>;

/** What the steps of a conversation's life work with. */
export interface Parts {
  readonly options: AnyOptions;
  readonly timeouts: Required<{ [K in keyof Timeouts]: number }>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly payloads: Payloads;
  readonly settling: Settling;
  /** Resumes' looks at upstream that are under way, by reservation: whether the conversation is over. */
  readonly checks: SharedWork<string, boolean>;
  readonly stops: Stops;
  readonly upstream: Upstream;
  /** The books as they are now. Whoever begins something with them ends it with them. */
  books(): Promise<Books>;
  /** Whether they were ever opened. */
  used(): boolean;
  /** Looks for starts whose outcome is unknown. */
  findUnknowns(books: Books, records: readonly LedgerRecord[]): Promise<void>;
  /** Finds again what runs, after the books were lost: one at a time, in all servers. */
  recover(books: Books): Promise<void>;
  /** Looks at Equos' list now and then, so that what nobody remembers is found too. */
  reconcileRegularly(books: Books): Promise<void>;
  /** Whether new starts are taken. */
  open(): boolean;
  emit(event: BrokerEvent): void;
  /** Keeps hold of work that goes on after its caller was answered, for `close`. */
  track<T>(task: Promise<T>): Promise<T>;
  /** Time has something to do: see that the sweep runs. */
  wake(): void;
  /** Sees to what is due now, to the end of it. */
  sweep(): Promise<void>;
  /** Begins the sweep that should have run by now and has not, which is so where timers end with the request that set them. */
  catchUp(): Promise<void> | undefined;
}
