import type { OperationName } from "./operation-name.js";

/** A request that reached one of the operations, refused ones included. No header is kept, so neither is the key. */
export interface LoggedRequest {
  readonly operation: OperationName;
  readonly verb: string;
  /** Without the query. */
  readonly path: string;
  /** ISO string of the emulator's clock. */
  readonly at: string;
  readonly consumerIdentity?: string;
  /** The parsed JSON body; `undefined` without one. */
  readonly body: unknown;
}
