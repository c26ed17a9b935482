// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
import type { components } from "./schema.js";

type Schemas = components["schemas"];
/** Equos' `CreateDocumentRequest`. @useDeclaredType */
export type CreateDocumentRequest = Schemas["CreateDocumentRequest"];
/** Equos' `CreateDocumentResponse`. @useDeclaredType */
export type CreateDocumentResponse = Schemas["CreateDocumentResponse"];
/** Equos' `CreateEquosBrainRequest`. @useDeclaredType */
export type CreateEquosBrainRequest = Schemas["CreateEquosBrainRequest"];
/** Equos' `CreateEquosCharacterRequest`. @useDeclaredType */
export type CreateEquosCharacterRequest = Schemas["CreateEquosCharacterRequest"];
/** Equos' `CreateEquosConversationRequest`. @useDeclaredType */
export type CreateEquosConversationRequest = Schemas["CreateEquosConversationRequest"];
/** Equos' `CreateEquosConversationResponse`. @useDeclaredType */
export type CreateEquosConversationResponse = Schemas["CreateEquosConversationResponse"];
/** Equos' `CreateEquosFaceRequest`. @useDeclaredType */
export type CreateEquosFaceRequest = Schemas["CreateEquosFaceRequest"];
/** Equos' `CreateEquosTokenRequest`. @useDeclaredType */
export type CreateEquosTokenRequest = Schemas["CreateEquosTokenRequest"];
/** Equos' `CreateEquosTokenResponse`. @useDeclaredType */
export type CreateEquosTokenResponse = Schemas["CreateEquosTokenResponse"];
/** Equos' `CreateEquosVoiceRequest`. @useDeclaredType */
export type CreateEquosVoiceRequest = Schemas["CreateEquosVoiceRequest"];
/** Equos' `CreateKnowledgeBaseRequest`. @useDeclaredType */
export type CreateKnowledgeBaseRequest = Schemas["CreateKnowledgeBaseRequest"];
/** Equos' `EquosBrain`. @useDeclaredType */
export type EquosBrain = Schemas["EquosBrain"];
/** Equos' `EquosCharacter`. @useDeclaredType */
export type EquosCharacter = Schemas["EquosCharacter"];
/** Equos' `EquosConversation`. @useDeclaredType */
export type EquosConversation = Schemas["EquosConversation"];
/** Equos' `EquosConversationHost`. @useDeclaredType */
export type EquosConversationHost = Schemas["EquosConversationHost"];
/** Equos' `EquosConversationUtterance`. @useDeclaredType */
export type EquosConversationUtterance = Schemas["EquosConversationUtterance"];
/** Equos' `EquosConversationWithCharacter`. @useDeclaredType */
export type EquosConversationWithCharacter = Schemas["EquosConversationWithCharacter"];
/** Equos' `EquosDocument`. @useDeclaredType */
export type EquosDocument = Schemas["EquosDocument"];
/** Equos' `EquosFace`. @useDeclaredType */
export type EquosFace = Schemas["EquosFace"];
/** Equos' `EquosKnowledgeBase`. @useDeclaredType */
export type EquosKnowledgeBase = Schemas["EquosKnowledgeBase"];
/** Equos' `EquosParticipantIdentity`. @useDeclaredType */
export type EquosParticipantIdentity = Schemas["EquosParticipantIdentity"];
/** Equos' `EquosTimelineEntry`. @useDeclaredType */
export type EquosTimelineEntry = Schemas["EquosTimelineEntry"];
/** Equos' `EquosVoice`. @useDeclaredType */
export type EquosVoice = Schemas["EquosVoice"];
/** Equos' `HealthResponse`. @useDeclaredType */
export type HealthResponse = Schemas["HealthResponse"];
/** Equos' `ListEquosBrainsResponse`. @useDeclaredType */
export type ListEquosBrainsResponse = Schemas["ListEquosBrainsResponse"];
/** Equos' `ListEquosCharactersResponse`. @useDeclaredType */
export type ListEquosCharactersResponse = Schemas["ListEquosCharactersResponse"];
/** Equos' `ListEquosConversationsResponse`. @useDeclaredType */
export type ListEquosConversationsResponse = Schemas["ListEquosConversationsResponse"];
/** Equos' `ListEquosFacesResponse`. @useDeclaredType */
export type ListEquosFacesResponse = Schemas["ListEquosFacesResponse"];
/** Equos' `ListEquosKnowledgeBasesResponse`. @useDeclaredType */
export type ListEquosKnowledgeBasesResponse = Schemas["ListEquosKnowledgeBasesResponse"];
/** Equos' `ListEquosVoicesResponse`. @useDeclaredType */
export type ListEquosVoicesResponse = Schemas["ListEquosVoicesResponse"];
/** Equos' `UpdateEquosCharacterRequest`. @useDeclaredType */
export type UpdateEquosCharacterRequest = Schemas["UpdateEquosCharacterRequest"];

/** Values of Equos' `EquosConversationStatus`. */
export const EquosConversationStatus = {
  Running: "running",
  Blocked: "blocked",
  Ended: "ended",
  Error: "error",
} as const;
/** One of the values of Equos' `EquosConversationStatus`. */
export type EquosConversationStatus = (typeof EquosConversationStatus)[keyof typeof EquosConversationStatus];

/** Values of Equos' `EquosConversationUtteranceAuthorEnum`. */
export const EquosConversationUtteranceAuthorEnum = {
  User: "user",
  Character: "character",
} as const;
/** One of the values of Equos' `EquosConversationUtteranceAuthorEnum`. */
export type EquosConversationUtteranceAuthorEnum = (typeof EquosConversationUtteranceAuthorEnum)[keyof typeof EquosConversationUtteranceAuthorEnum];

/** Values of Equos' `EquosFaceIdentity`. */
export const EquosFaceIdentity = {
  Tommy: "tommy",
} as const;
/** One of the values of Equos' `EquosFaceIdentity`. */
export type EquosFaceIdentity = (typeof EquosFaceIdentity)[keyof typeof EquosFaceIdentity];

/** Values of Equos' `EquosVoiceIdentity`. */
export const EquosVoiceIdentity = {
  Puck: "Puck",
  Charon: "Charon",
  Kore: "Kore",
  Fenrir: "Fenrir",
  Aoede: "Aoede",
  Leda: "Leda",
  Orus: "Orus",
  Zephyr: "Zephyr",
  Sulafat: "Sulafat",
  Sadachbia: "Sadachbia",
  Sadaltager: "Sadaltager",
  Vindemiatrix: "Vindemiatrix",
  Zubenelgenubi: "Zubenelgenubi",
  Achird: "Achird",
  Pulcherrima: "Pulcherrima",
  Gacrux: "Gacrux",
  Schedar: "Schedar",
  Alnilam: "Alnilam",
  Achernar: "Achernar",
  Laomedeia: "Laomedeia",
  Rasalgethi: "Rasalgethi",
  Algenib: "Algenib",
  Erinome: "Erinome",
  Despina: "Despina",
  Algieba: "Algieba",
  Umbriel: "Umbriel",
  Iapetus: "Iapetus",
  Enceladus: "Enceladus",
  Autonoe: "Autonoe",
  Callirrhoe: "Callirrhoe",
} as const;
/** One of the values of Equos' `EquosVoiceIdentity`. */
export type EquosVoiceIdentity = (typeof EquosVoiceIdentity)[keyof typeof EquosVoiceIdentity];
