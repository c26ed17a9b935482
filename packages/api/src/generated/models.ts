// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
import type { components } from "./schema.js";

type Schemas = components["schemas"];
export type CreateDocumentRequest = Schemas["CreateDocumentRequest"];
export type CreateDocumentResponse = Schemas["CreateDocumentResponse"];
export type CreateEquosBrainRequest = Schemas["CreateEquosBrainRequest"];
export type CreateEquosCharacterRequest = Schemas["CreateEquosCharacterRequest"];
export type CreateEquosConversationRequest = Schemas["CreateEquosConversationRequest"];
export type CreateEquosConversationResponse = Schemas["CreateEquosConversationResponse"];
export type CreateEquosFaceRequest = Schemas["CreateEquosFaceRequest"];
export type CreateEquosTokenRequest = Schemas["CreateEquosTokenRequest"];
export type CreateEquosTokenResponse = Schemas["CreateEquosTokenResponse"];
export type CreateEquosVoiceRequest = Schemas["CreateEquosVoiceRequest"];
export type CreateKnowledgeBaseRequest = Schemas["CreateKnowledgeBaseRequest"];
export type EquosBrain = Schemas["EquosBrain"];
export type EquosCharacter = Schemas["EquosCharacter"];
export type EquosConversation = Schemas["EquosConversation"];
export type EquosConversationHost = Schemas["EquosConversationHost"];
export type EquosConversationUtterance = Schemas["EquosConversationUtterance"];
export type EquosConversationWithCharacter = Schemas["EquosConversationWithCharacter"];
export type EquosDocument = Schemas["EquosDocument"];
export type EquosFace = Schemas["EquosFace"];
export type EquosKnowledgeBase = Schemas["EquosKnowledgeBase"];
export type EquosParticipantIdentity = Schemas["EquosParticipantIdentity"];
export type EquosTimelineEntry = Schemas["EquosTimelineEntry"];
export type EquosVoice = Schemas["EquosVoice"];
export type HealthResponse = Schemas["HealthResponse"];
export type ListEquosBrainsResponse = Schemas["ListEquosBrainsResponse"];
export type ListEquosCharactersResponse = Schemas["ListEquosCharactersResponse"];
export type ListEquosConversationsResponse = Schemas["ListEquosConversationsResponse"];
export type ListEquosFacesResponse = Schemas["ListEquosFacesResponse"];
export type ListEquosKnowledgeBasesResponse = Schemas["ListEquosKnowledgeBasesResponse"];
export type ListEquosVoicesResponse = Schemas["ListEquosVoicesResponse"];
export type UpdateEquosCharacterRequest = Schemas["UpdateEquosCharacterRequest"];

export const EquosConversationStatus = {
  Running: "running",
  Blocked: "blocked",
  Ended: "ended",
  Error: "error",
} as const;
export type EquosConversationStatus = (typeof EquosConversationStatus)[keyof typeof EquosConversationStatus];

export const EquosConversationUtteranceAuthorEnum = {
  User: "user",
  Character: "character",
} as const;
export type EquosConversationUtteranceAuthorEnum = (typeof EquosConversationUtteranceAuthorEnum)[keyof typeof EquosConversationUtteranceAuthorEnum];

export const EquosFaceIdentity = {
  Tommy: "tommy",
} as const;
export type EquosFaceIdentity = (typeof EquosFaceIdentity)[keyof typeof EquosFaceIdentity];

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
export type EquosVoiceIdentity = (typeof EquosVoiceIdentity)[keyof typeof EquosVoiceIdentity];
