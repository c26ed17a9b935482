import type { Clock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import type { Digests } from "./digests.js";
import type { BrokerEvent } from "./events.js";
import type { Ledger } from "./ledger/ledger.js";
import type { Logger } from "./logger.js";
import type { BrokerOptions, Timeouts } from "./options.js";
import type { Upstream } from "./upstream/upstream.js";

/** The options once the caller's own types no longer matter: inside, a consumer is a consumer and input is unknown. */
export type AnyOptions = BrokerOptions<never, Consumer, string, unknown>;

/** What the steps of a conversation's life work with. */
export interface Parts {
  readonly options: AnyOptions;
  readonly timeouts: Required<{ [K in keyof Timeouts]: number }>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ledger: Ledger;
  readonly digests: Digests;
  readonly upstream: Upstream;
  /** Whether new starts are taken. */
  open(): boolean;
  emit(event: BrokerEvent): void;
  /** Keeps hold of work that goes on after its caller was answered, for `close`. */
  track<T>(task: Promise<T>): Promise<T>;
  /** Time has something to do: see that the sweep runs. */
  wake(): void;
}
