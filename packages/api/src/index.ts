export { type ApiKey, EquosClient, type EquosClientOptions } from "./client.js";
export { EQUOS_ENDPOINT, parseEndpoint } from "./endpoint.js";
export {
  ChecksumError,
  certainlyNotSent,
  type ErrorResponse,
  FetchError,
  InvalidAnswerError,
  RequiredError,
  ResponseError,
  systemCode,
  TimeoutError,
} from "./errors.js";
export { everyItem, type ItemOf, type Page, type PageQuery } from "./every-item.js";
export * from "./generated/models.js";
export type {
  BrainsApi,
  CharactersApi,
  ConversationsApi,
  EquosApis,
  FacesApi,
  HealthApi,
  KnowledgeBasesApi,
  OrganizationsApi,
  TokensApi,
  VoicesApi,
} from "./generated/operations.js";
export type { CallOptions, OperationName } from "./operation.js";
export {
  type UploadDocumentOptions,
  type UploadedDocument,
  type UploadProgress,
  uploadDocument,
} from "./upload-document.js";
