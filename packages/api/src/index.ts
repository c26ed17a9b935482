import type { components } from "./generated/schema.js";

type Schemas = components["schemas"];
export type CreateEquosConversationRequest = Schemas["CreateEquosConversationRequest"];
export type CreateEquosConversationResponse = Schemas["CreateEquosConversationResponse"];
export type EquosCharacter = Schemas["EquosCharacter"];
export type EquosConversation = Schemas["EquosConversation"];
export type EquosConversationWithCharacter = Schemas["EquosConversationWithCharacter"];
export type ListEquosConversationsResponse = Schemas["ListEquosConversationsResponse"];

export { type ApiKey, EquosClient, type EquosClientOptions } from "./client.js";
export { EQUOS_ENDPOINT, parseEndpoint } from "./endpoint.js";
export {
  certainlyNotSent,
  type ErrorResponse,
  FetchError,
  InvalidAnswerError,
  RequiredError,
  ResponseError,
  systemCode,
  TimeoutError,
} from "./errors.js";
export type { ConversationsApi, EquosApis } from "./generated/operations.js";
export type { CallOptions } from "./operation.js";
