import type { EquosApis } from "./generated/operations.js";

/** What the client knows of one operation: a row of the table that is generated from the OpenAPI document. */
export interface OperationRow {
  readonly verb: string;
  /** Path with `{name}` placeholders, each of them an argument. */
  readonly path: string;
  readonly inQuery?: readonly string[];
  /** Those of the query that cannot be left out. */
  readonly needed?: readonly string[];
  /** Name of the argument that holds the JSON body. */
  readonly body?: string;
}

/** A method of some namespace, which is the operation's id in the OpenAPI document too. */
export type OperationName = { [TNamespace in keyof EquosApis]: keyof EquosApis[TNamespace] }[keyof EquosApis];

/** What every call takes besides its arguments. */
export interface CallOptions {
  /** Ends the call. What upstream makes of a request that was already sent is then unknown. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call ends with a `TimeoutError`; default: the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** Call options of the broker. @internal */
export interface HookedCallOptions extends CallOptions {
  /**
   * Runs once, directly before the request is written: on Node when the connection is ready (with
   * TLS: after the handshake), elsewhere before `fetch` is called. If it throws, nothing is sent and
   * the call rejects with that error.
   */
  readonly beforeSend?: (() => void) | undefined;
}
