/** What the client knows of one operation: a row of the table that is generated from the OpenAPI document. */
export interface OperationRow {
  readonly verb: string;
  /** Path with `{name}` placeholders. */
  readonly path: string;
  readonly inPath: readonly string[];
  readonly inQuery: readonly string[];
  /** Name of the argument that holds the JSON body. */
  readonly body: string | undefined;
}

/** What every call takes besides its arguments. */
export interface CallOptions {
  /** Ends the call. What upstream makes of a request that was already sent is then unknown. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call ends with a `TimeoutError`; default: the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
}
