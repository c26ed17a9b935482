export { type CloseOptions, ConversationBroker, type Started, type StartOptions } from "./broker.js";
export type { Clock } from "./clock.js";
export type { Consumer } from "./consumer.js";
export { type CronOptions, cronHandler, type Sweepable } from "./cron-handler.js";
export { type ErrorCode, errorCodes } from "./error-codes.js";
export {
  BrokerError,
  type BrokerErrorDetails,
  isBrokerError,
  type QuotaReading,
  type UpstreamFailure,
} from "./errors.js";
export type { BrokerEvent, EventConsumer } from "./events.js";
export type { Action, AuthorizeContext, Exchange, Mountable, Reply } from "./exchange.js";
export { type FetchHandlerOptions, toFetchHandler } from "./fetch-handler.js";
export { type Grant, toGrant } from "./grant.js";
export type { Problem } from "./http/reply.js";
export type { InputResult, InputSchema } from "./input-schema.js";
export type { Claimed, LedgerClaim, Unclaimed } from "./ledger/claim.js";
export type { Answer, Ledger, LedgerIdentity, StepContext } from "./ledger/ledger.js";
export { type MemoryLedgerOptions, memoryLedger } from "./ledger/memory/memory-ledger.js";
export type { LedgerRecord } from "./ledger/record.js";
export type { Meter, Reading, ReserveOutcome, ReserveRequest, Terms } from "./ledger/reservation.js";
export { allows, type ConversationState, type EndReason, type Transition, transitions } from "./ledger/states.js";
export type { LedgerSteps, Moved, StepName, StepRequest, StepResult } from "./ledger/steps.js";
export type { Claim } from "./life/claim.js";
export type { StartRequestBody } from "./life/order.js";
export type { ReconcileOptions, ReconcileReport } from "./life/reconcile.js";
export type { StopOrder, Stopped } from "./life/stop-order.js";
export type { Limits, Quota } from "./limits.js";
export type { Logger } from "./logger.js";
export { checkMountable } from "./mountable.js";
export { type NodeExchangeOptions, serveNode } from "./node-exchange.js";
export { type NodeContext, toNodeHandler } from "./node-handler.js";
export type { NodeRequest, NodeResponse, NodeStream } from "./node-types.js";
export type { BrokerOptions, ConversationDetails, Timeouts } from "./options.js";
export { type FetchCall, type FetchContext, type FetchNative, serveFetch } from "./serve-fetch.js";
export type {
  Answer as StoreAnswer,
  Awaitable,
  CallContext,
  ClaimDueOptions,
  ClaimedDue,
  ConversationStore,
  CounterChange,
  ListPage,
  Loaded,
  LoadQuery,
  MemberChange,
  MetaChange,
  Replaced,
  SaveResult,
  StateChange,
  StoredState,
  StoreIdentity,
  StoreIdentityProposal,
  StoreStatus,
} from "./store/store.js";
export type { EquosPort, StartRequest } from "./upstream/port.js";
export { addVary } from "./vary.js";
export { type Visitor, type Visitors, type VisitorsOptions, visitors } from "./visitors.js";
