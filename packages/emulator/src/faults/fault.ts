import type { OperationName } from "@equos-broker/api";

/** What a fault's `when` may look at. */
export interface FaultedRequest {
  readonly operation: OperationName;
  /** The `id` in the path. */
  readonly id: string | undefined;
  /** Who the request is about: the consumer it starts for, or the one of the conversation in its path. */
  readonly consumerIdentity: string | undefined;
  /** The parsed JSON body, not validated; `undefined` without one. */
  readonly body: unknown;
}

/** Which requests a fault hits, and when it answers: the part that every fault has. */
export interface FaultReach {
  /** How many requests it hits; default 1. `Infinity` lasts until `faults.clear()`. */
  readonly times?: number;
  /** Hits only requests for which this is true, so that tests running side by side each hit their own. */
  readonly when?: (request: FaultedRequest) => boolean;
  /**
   * Hits only this share of the requests that match, from 0 to 1; which ones follows from the emulator's `faultSeed`. It then
   * hits any number of times unless `times` is given.
   */
  readonly probability?: number;
  /** Waits this many milliseconds of the emulator's clock. */
  readonly delayMs?: number;
  /** Waits until this settles; one that never does is silence. */
  readonly until?: Promise<unknown>;
}

/**
 * One thing that goes wrong. Most tests take one from `fault`; the object is what those build.
 *
 * Whether the operation is carried out follows from `after`; without it, a fault that brings its own answer (a status
 * from 300, a `body`, `redirectTo`, `drop: true`) replaces the operation, and any other one waits, carries it out and
 * spoils the answer.
 */
export interface Fault extends FaultReach {
  /** Status of the answer; default: the operation's own. Without a `body`, from 300 on, comes a NestJS-like error. */
  readonly status?: number;
  /** Sent as it is when it is a string, else as JSON; `""` is an empty body. */
  readonly body?: unknown;
  /** Default `application/json; charset=utf-8`. */
  readonly contentType?: string;
  /** The `Retry-After` header: seconds, or an HTTP date. */
  readonly retryAfter?: number | string;
  /** The `Location` header; the status is then 302 unless given. */
  readonly redirectTo?: string;
  /**
   * `"create"`: the operation is carried out the moment the request arrives, and everything else happens after it; for
   * a start this is the dangerous order: a conversation runs that the caller knows nothing of. `"refuse"`: it is not
   * carried out; without another answer given, 503.
   */
  readonly after?: "create" | "refuse";
  /** `true` closes the socket without an answer; `"half"` closes it in the middle of the body. */
  readonly drop?: true | "half";
  /** Changes what the operation answers; gets a copy. */
  readonly set?: (answer: unknown) => unknown;
}
