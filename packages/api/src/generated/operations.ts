// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
import type { CallOptions, OperationRow } from "../operation.js";
import type {
  CreateDocumentRequest,
  CreateDocumentResponse,
  CreateEquosBrainRequest,
  CreateEquosCharacterRequest,
  CreateEquosConversationRequest,
  CreateEquosConversationResponse,
  CreateEquosFaceRequest,
  CreateEquosTokenRequest,
  CreateEquosTokenResponse,
  CreateEquosVoiceRequest,
  CreateKnowledgeBaseRequest,
  EquosBrain,
  EquosCharacter,
  EquosConversation,
  EquosDocument,
  EquosFace,
  EquosKnowledgeBase,
  EquosVoice,
  HealthResponse,
  ListEquosBrainsResponse,
  ListEquosCharactersResponse,
  ListEquosConversationsResponse,
  ListEquosFacesResponse,
  ListEquosKnowledgeBasesResponse,
  ListEquosVoicesResponse,
  UpdateEquosCharacterRequest,
} from "./models.js";

/** The calls of an `EquosClient` about conversations. */
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

/** The calls of an `EquosClient` about characters. */
export interface CharactersApi {
  /** List characters: `GET /v3/characters`. */
  listCharacters(args?: { take?: number | undefined; skip?: number | undefined; client?: string | undefined }, options?: CallOptions): Promise<ListEquosCharactersResponse>;
  /** Create a character: `POST /v3/characters`. */
  createCharacter(args: { createEquosCharacterRequest: CreateEquosCharacterRequest }, options?: CallOptions): Promise<EquosCharacter>;
  /** Get one character: `GET /v3/characters/{id}`. */
  getCharacter(args: { id: string }, options?: CallOptions): Promise<EquosCharacter | null>;
  /** Change a character: `PUT /v3/characters/{id}`. */
  updateCharacter(args: { id: string; updateEquosCharacterRequest: UpdateEquosCharacterRequest }, options?: CallOptions): Promise<EquosCharacter>;
  /** Delete a character for good: `DELETE /v3/characters/{id}`. */
  deleteCharacter(args: { id: string }, options?: CallOptions): Promise<EquosCharacter | null>;
}

/** The calls of an `EquosClient` about brains. */
export interface BrainsApi {
  /** List brains: `GET /v3/brains`. */
  listBrains(args?: { take?: number | undefined; skip?: number | undefined; client?: string | undefined }, options?: CallOptions): Promise<ListEquosBrainsResponse>;
  /** Create a brain: `POST /v3/brains`. */
  createBrain(args: { createEquosBrainRequest: CreateEquosBrainRequest }, options?: CallOptions): Promise<EquosBrain>;
  /** Get one brain: `GET /v3/brains/{id}`. */
  getBrain(args: { id: string }, options?: CallOptions): Promise<EquosBrain | null>;
  /** Change a brain: `PATCH /v3/brains/{id}`. */
  updateBrain(args: { id: string; createEquosBrainRequest: CreateEquosBrainRequest }, options?: CallOptions): Promise<EquosBrain | null>;
  /** Delete a brain for good: `DELETE /v3/brains/{id}`. */
  deleteBrain(args: { id: string }, options?: CallOptions): Promise<EquosBrain | null>;
}

/** The calls of an `EquosClient` about faces. */
export interface FacesApi {
  /** List faces: `GET /v3/faces`. */
  listFaces(args?: { take?: number | undefined; skip?: number | undefined; client?: string | undefined }, options?: CallOptions): Promise<ListEquosFacesResponse>;
  /** Add a gallery face to the organization: `POST /v3/faces`. */
  createFace(args: { createEquosFaceRequest: CreateEquosFaceRequest }, options?: CallOptions): Promise<EquosFace>;
  /** Get one face: `GET /v3/faces/{id}`. */
  getFace(args: { id: string }, options?: CallOptions): Promise<EquosFace | null>;
  /** Delete a face for good: `DELETE /v3/faces/{id}`. */
  deleteFace(args: { id: string }, options?: CallOptions): Promise<EquosFace | null>;
}

/** The calls of an `EquosClient` about voices. */
export interface VoicesApi {
  /** List voices: `GET /v3/voices`. */
  listVoices(args?: { take?: number | undefined; skip?: number | undefined; client?: string | undefined }, options?: CallOptions): Promise<ListEquosVoicesResponse>;
  /** Add a catalogue voice to the organization: `POST /v3/voices`. */
  createVoice(args: { createEquosVoiceRequest: CreateEquosVoiceRequest }, options?: CallOptions): Promise<EquosVoice>;
  /** Get one voice: `GET /v3/voices/{id}`. */
  getVoice(args: { id: string }, options?: CallOptions): Promise<EquosVoice | null>;
  /** Change a voice: `PATCH /v3/voices/{id}`. */
  updateVoice(args: { id: string; createEquosVoiceRequest: CreateEquosVoiceRequest }, options?: CallOptions): Promise<EquosVoice | null>;
  /** Delete a voice for good: `DELETE /v3/voices/{id}`. */
  deleteVoice(args: { id: string }, options?: CallOptions): Promise<EquosVoice | null>;
}

/** The calls of an `EquosClient` about knowledge bases. */
export interface KnowledgeBasesApi {
  /** List knowledge bases: `GET /v3/knowledge-bases`. */
  listKnowledgeBases(args?: { take?: number | undefined; skip?: number | undefined; client?: string | undefined }, options?: CallOptions): Promise<ListEquosKnowledgeBasesResponse>;
  /** Create a knowledge base: `POST /v3/knowledge-bases`. */
  createKnowledgeBase(args: { createKnowledgeBaseRequest: CreateKnowledgeBaseRequest }, options?: CallOptions): Promise<EquosKnowledgeBase>;
  /** Get one knowledge base: `GET /v3/knowledge-bases/{id}`. */
  getKnowledgeBase(args: { id: string }, options?: CallOptions): Promise<EquosKnowledgeBase | null>;
  /** Delete a knowledge base for good: `DELETE /v3/knowledge-bases/{id}`. */
  deleteKnowledgeBase(args: { id: string }, options?: CallOptions): Promise<EquosKnowledgeBase | null>;
  /** Register a document and get an upload URL: `POST /v3/knowledge-bases/{id}/documents`. */
  addDocument(args: { id: string; createDocumentRequest: CreateDocumentRequest }, options?: CallOptions): Promise<CreateDocumentResponse>;
  /** Delete a document: `DELETE /v3/knowledge-bases/{id}/documents/{doc}`. */
  deleteDocument(args: { id: string; doc: string }, options?: CallOptions): Promise<EquosDocument>;
  /** Index an uploaded document: `PATCH /v3/knowledge-bases/{id}/documents/{doc}/index`. */
  indexDocument(args: { id: string; doc: string }, options?: CallOptions): Promise<EquosDocument>;
}

/** The calls of an `EquosClient` about tokens. */
export interface TokensApi {
  /** Create a client token for an end user: `POST /v3/tokens`. */
  createToken(args: { createEquosTokenRequest: CreateEquosTokenRequest }, options?: CallOptions): Promise<CreateEquosTokenResponse>;
}

/** The calls of an `EquosClient` about organizations. */
export interface OrganizationsApi {
  /** Free quota already used: `GET /v3/organizations/freemium-usage`. */
  getFreemiumUsage(args?: Record<never, never>, options?: CallOptions): Promise<number>;
  /** Usage of one client value in the billing cycle: `GET /v3/organizations/user-usage`. */
  getUserUsage(args: { client: string }, options?: CallOptions): Promise<unknown>;
}

/** The calls of an `EquosClient` about health. */
export interface HealthApi {
  /** Health check: `GET /v3/health`. */
  healthCheck(args?: Record<never, never>, options?: CallOptions): Promise<HealthResponse>;
}

/** The calls of an `EquosClient`, by what they are about. */
export interface EquosApis {
  readonly conversations: ConversationsApi;
  readonly characters: CharactersApi;
  readonly brains: BrainsApi;
  readonly faces: FacesApi;
  readonly voices: VoicesApi;
  readonly knowledgeBases: KnowledgeBasesApi;
  readonly tokens: TokensApi;
  readonly organizations: OrganizationsApi;
  readonly health: HealthApi;
}

export const operations: Readonly<Record<string, Readonly<Record<string, OperationRow>>>> = {
  conversations: {
    listConversations: { verb: "GET", path: "/v3/conversations", inQuery: ["take","skip","client"] },
    startConversation: { verb: "POST", path: "/v3/conversations", body: "createEquosConversationRequest" },
    getConversationById: { verb: "GET", path: "/v3/conversations/{id}" },
    stopConversation: { verb: "POST", path: "/v3/conversations/{id}/stop" },
  },
  characters: {
    listCharacters: { verb: "GET", path: "/v3/characters", inQuery: ["take","skip","client"] },
    createCharacter: { verb: "POST", path: "/v3/characters", body: "createEquosCharacterRequest" },
    getCharacter: { verb: "GET", path: "/v3/characters/{id}" },
    updateCharacter: { verb: "PUT", path: "/v3/characters/{id}", body: "updateEquosCharacterRequest" },
    deleteCharacter: { verb: "DELETE", path: "/v3/characters/{id}" },
  },
  brains: {
    listBrains: { verb: "GET", path: "/v3/brains", inQuery: ["take","skip","client"] },
    createBrain: { verb: "POST", path: "/v3/brains", body: "createEquosBrainRequest" },
    getBrain: { verb: "GET", path: "/v3/brains/{id}" },
    updateBrain: { verb: "PATCH", path: "/v3/brains/{id}", body: "createEquosBrainRequest" },
    deleteBrain: { verb: "DELETE", path: "/v3/brains/{id}" },
  },
  faces: {
    listFaces: { verb: "GET", path: "/v3/faces", inQuery: ["take","skip","client"] },
    createFace: { verb: "POST", path: "/v3/faces", body: "createEquosFaceRequest" },
    getFace: { verb: "GET", path: "/v3/faces/{id}" },
    deleteFace: { verb: "DELETE", path: "/v3/faces/{id}" },
  },
  voices: {
    listVoices: { verb: "GET", path: "/v3/voices", inQuery: ["take","skip","client"] },
    createVoice: { verb: "POST", path: "/v3/voices", body: "createEquosVoiceRequest" },
    getVoice: { verb: "GET", path: "/v3/voices/{id}" },
    updateVoice: { verb: "PATCH", path: "/v3/voices/{id}", body: "createEquosVoiceRequest" },
    deleteVoice: { verb: "DELETE", path: "/v3/voices/{id}" },
  },
  knowledgeBases: {
    listKnowledgeBases: { verb: "GET", path: "/v3/knowledge-bases", inQuery: ["take","skip","client"] },
    createKnowledgeBase: { verb: "POST", path: "/v3/knowledge-bases", body: "createKnowledgeBaseRequest" },
    getKnowledgeBase: { verb: "GET", path: "/v3/knowledge-bases/{id}" },
    deleteKnowledgeBase: { verb: "DELETE", path: "/v3/knowledge-bases/{id}" },
    addDocument: { verb: "POST", path: "/v3/knowledge-bases/{id}/documents", body: "createDocumentRequest" },
    deleteDocument: { verb: "DELETE", path: "/v3/knowledge-bases/{id}/documents/{doc}" },
    indexDocument: { verb: "PATCH", path: "/v3/knowledge-bases/{id}/documents/{doc}/index" },
  },
  tokens: {
    createToken: { verb: "POST", path: "/v3/tokens", body: "createEquosTokenRequest" },
  },
  organizations: {
    getFreemiumUsage: { verb: "GET", path: "/v3/organizations/freemium-usage" },
    getUserUsage: { verb: "GET", path: "/v3/organizations/user-usage", inQuery: ["client"], needed: ["client"] },
  },
  health: {
    healthCheck: { verb: "GET", path: "/v3/health" },
  },
};
