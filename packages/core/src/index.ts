export { type CronOptions, cronHandler, type Sweepable } from "./adapters/cron.js";
export {
  type FetchCall,
  type FetchContext,
  type FetchHandlerOptions,
  type FetchNative,
  serveFetch,
  toFetchHandler,
} from "./adapters/fetch.js";
export type { NodeRequest, NodeResponse, NodeStream } from "./adapters/node.js";
export {
  type NodeContext,
  type NodeExchangeOptions,
  type NodeHandlerOptions,
  serveNode,
  toNodeHandler,
} from "./adapters/node.js";
export { type Visitor, type Visitors, type VisitorsOptions, visitors } from "./adapters/visitors.js";
export {
  type CloseOptions,
  ConversationBroker,
  type HeartbeatOptions,
  type PageOptions,
  type Started,
  type StartOptions,
  type StopOptions,
} from "./broker.js";
export type { Clock } from "./clock.js";
export type { Consumer } from "./consumer.js";
export type { BrokerEvent, EventConsumer } from "./conversations/events.js";
export type { ReconcileOptions, ReconcileReport } from "./conversations/reconcile.js";
export type { RunningConversation } from "./conversations/running.js";
export type { StartRequestBody } from "./conversations/start-request.js";
export type { Stopped } from "./conversations/stop.js";
export {
  BrokerError,
  type BrokerErrorDetails,
  type ErrorCode,
  errorCodes,
  isBrokerError,
  type UpstreamFailure,
} from "./errors.js";
export type { Action, AuthorizeContext, Exchange, Mountable, Reply } from "./exchange.js";
export { addVary, checkMountable } from "./exchange.js";
export { type Grant, toGrant } from "./grant.js";
export type { Problem } from "./http/reply.js";
export type { Logger } from "./logger.js";
export type {
  BrokerOptions,
  ConversationDetails,
  InputResult,
  InputSchema,
  Limits,
  Quota,
  Timeouts,
} from "./options.js";
export type { QuotaReading } from "./state/quotas.js";
export type { ConversationStatus, EndReason } from "./state/state.js";
export { type MemoryStoreOptions, memoryStore } from "./store/memory-store.js";
export type {
  Answer,
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
  StoreUser,
} from "./store/store.js";
export type { EquosPort, StartRequest } from "./upstream/port.js";
