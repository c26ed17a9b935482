// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
import type { CallOptions, OperationRow } from "../operation.js";
import type { components } from "./schema.js";

type Schemas = components["schemas"];
type CreateEquosConversationRequest = Schemas["CreateEquosConversationRequest"];
type CreateEquosConversationResponse = Schemas["CreateEquosConversationResponse"];
type EquosConversation = Schemas["EquosConversation"];
type ListEquosConversationsResponse = Schemas["ListEquosConversationsResponse"];

export interface ConversationsApi {
  /** List conversations: `GET /v3/conversations`. */
  listConversations(args?: { take?: number | undefined; skip?: number | undefined; client?: string | undefined }, options?: CallOptions): Promise<ListEquosConversationsResponse>;
  /** Start a conversation: `POST /v3/conversations`. */
  startConversation(args: { createEquosConversationRequest: CreateEquosConversationRequest }, options?: CallOptions): Promise<CreateEquosConversationResponse>;
  /** Get one conversation: `GET /v3/conversations/{id}`. */
  getConversationById(args: { id: string }, options?: CallOptions): Promise<EquosConversation | null>;
  /** Stop a conversation: `POST /v3/conversations/{id}/stop`. */
  stopConversation(args: { id: string }, options?: CallOptions): Promise<EquosConversation | null>;
}

export interface EquosApis {
  readonly conversations: ConversationsApi;
}

export const operations = {
  conversations: {
    listConversations: { verb: "GET", path: "/v3/conversations", inPath: [], inQuery: ["take","skip","client"], body: undefined },
    startConversation: { verb: "POST", path: "/v3/conversations", inPath: [], inQuery: [], body: "createEquosConversationRequest" },
    getConversationById: { verb: "GET", path: "/v3/conversations/{id}", inPath: ["id"], inQuery: [], body: undefined },
    stopConversation: { verb: "POST", path: "/v3/conversations/{id}/stop", inPath: ["id"], inQuery: [], body: undefined },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationRow>>>>;
