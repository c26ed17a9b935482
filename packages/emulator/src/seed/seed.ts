import type {
  CreateDocumentRequest,
  CreateEquosBrainRequest,
  CreateEquosCharacterRequest,
  CreateEquosConversationRequest,
  CreateEquosFaceRequest,
  CreateEquosVoiceRequest,
  CreateKnowledgeBaseRequest,
  EquosFace,
} from "@equos-broker/api";
import type { Conversation } from "../conversations/conversation.js";

/** What a create request takes, and what the emulator would choose otherwise. Times are ISO strings. */
export type Seeded<TRequest> = TRequest & {
  readonly id?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
};

/** A document; without `contentBase64` and `size` its bytes have not arrived. */
export type SeededDocument = Seeded<CreateDocumentRequest> & {
  readonly contentBase64?: string;
  /** Bytes, of a document whose content is not given. */
  readonly size?: number;
  readonly uploadedAt?: string;
  /** Whether it was sent to be indexed, and when. */
  readonly indexStartedAt?: string;
};

/** A gallery face, with what Equos itself adds to it. */
export type SeededFace = Seeded<CreateEquosFaceRequest> &
  Pick<EquosFace, "description" | "thumbnailUrl" | "referenceImgUrl">;

/** A conversation with its past. */
export interface SeededConversation extends Pick<Conversation, "id" | "room" | "serverUrl" | "maxSeconds" | "tokens"> {
  readonly request: CreateEquosConversationRequest;
  readonly startedAt: string;
  readonly consumerJoinedAt?: string;
  readonly consumerLeftAt?: string;
  readonly stoppedAt?: string;
  readonly forcedEnd?: { readonly at: string; readonly as: "blocked" | "error" };
  readonly said?: readonly {
    readonly id: string;
    readonly author: "user" | "character";
    readonly content: string;
    readonly at: string;
  }[];
}

/**
 * The resources of an emulator, as a seed file has them and `export()` gives them. Resources refer to one another by
 * `id`.
 */
export interface EmulatorSeed {
  readonly brains?: readonly Seeded<CreateEquosBrainRequest>[];
  readonly faces?: readonly SeededFace[];
  readonly voices?: readonly Seeded<CreateEquosVoiceRequest>[];
  readonly knowledgeBases?: readonly (Seeded<CreateKnowledgeBaseRequest> & {
    readonly documents?: readonly SeededDocument[];
  })[];
  readonly characters?: readonly Seeded<CreateEquosCharacterRequest>[];
  readonly conversations?: readonly SeededConversation[];
}
