/**
 * Limits of the organization. Equos has them (a removed endpoint returned `concurrent` and `duration`); what start
 * answers at one is not documented.
 */
export interface EmulatorLimits {
  /** Conversations that may run at once; default: any number. */
  readonly concurrent?: number;
  /** The largest `maxSeconds` of one conversation, and a cap on the default; default: any. */
  readonly seconds?: number;
  /** Status of a start that a limit refuses; default 429. */
  readonly refuseStatus?: number;
}
