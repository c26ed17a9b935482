// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.
import * as z from "zod";

const equosConversationStatus = z.string();
const equosConversationUtterance = z.object({
  id: z.string(),
  author: z.string(),
  content: z.string(),
  recordedAt: z.string(),
});
const equosTimelineEntry = z.object({
  type: z.string(),
  recordedAt: z.string(),
  author: z.optional(z.string()),
  content: z.optional(z.string()),
});
const equosConversation = z.object({
  id: z.string(),
  name: z.string(),
  client: z.optional(z.nullable(z.string())),
  status: equosConversationStatus,
  room: z.optional(z.nullable(z.string())),
  serverUrl: z.optional(z.nullable(z.string())),
  remoteAgentName: z.optional(z.nullable(z.string())),
  remoteAgentIdentity: z.optional(z.nullable(z.string())),
  consumerName: z.optional(z.nullable(z.string())),
  consumerIdentity: z.optional(z.nullable(z.string())),
  charge: z.boolean(),
  chargeBySecond: z.number(),
  chargeUnitCount: z.optional(z.number()),
  maxSeconds: z.number(),
  promptCtx: z.optional(z.nullable(z.string())),
  promptTemplateVars: z.optional(z.nullable(z.record(z.string(), z.string()))),
  transcript: z.optional(z.nullable(z.array(equosConversationUtterance))),
  timeline: z.optional(z.nullable(z.array(equosTimelineEntry))),
  startedAt: z.string(),
  joinedAt: z.optional(z.nullable(z.string())),
  endedAt: z.optional(z.nullable(z.string())),
  createdAt: z.string(),
  updatedAt: z.string(),
  characterId: z.string(),
  organizationId: z.string(),
});
const listEquosConversationsResponse = z.object({
  skip: z.number(),
  take: z.number(),
  total: z.number(),
  conversations: z.array(equosConversation),
});
const equosFaceIdentity = z.string();
const equosFace = z.object({
  id: z.string(),
  identity: equosFaceIdentity,
  organizationId: z.string(),
  client: z.optional(z.nullable(z.string())),
  description: z.optional(z.nullable(z.string())),
  thumbnailUrl: z.optional(z.nullable(z.string())),
  referenceImgUrl: z.optional(z.nullable(z.string())),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const equosVoiceIdentity = z.string();
const equosVoice = z.object({
  id: z.string(),
  organizationId: z.string(),
  client: z.optional(z.nullable(z.string())),
  identity: equosVoiceIdentity,
  instructions: z.optional(z.nullable(z.string())),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const equosBrain = z.object({
  id: z.string(),
  organizationId: z.string(),
  client: z.optional(z.nullable(z.string())),
  instructions: z.string(),
  greetingMessage: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const equosDocument = z.object({
  id: z.string(),
  knowledgeBaseId: z.string(),
  name: z.string(),
  description: z.string(),
  size: z.number(),
  status: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const equosKnowledgeBase = z.object({
  id: z.string(),
  organizationId: z.string(),
  name: z.string(),
  description: z.string(),
  client: z.optional(z.string()),
  documents: z.array(equosDocument),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const equosCharacter = z.object({
  id: z.string(),
  organizationId: z.string(),
  client: z.optional(z.nullable(z.string())),
  name: z.string(),
  livekitIdentity: z.string(),
  search: z.boolean(),
  elevenlabsAgentId: z.optional(z.nullable(z.string())),
  faceId: z.optional(z.nullable(z.string())),
  voiceId: z.optional(z.nullable(z.string())),
  brainId: z.optional(z.nullable(z.string())),
  knowledgeBaseId: z.optional(z.nullable(z.string())),
  face: z.optional(z.nullable(equosFace)),
  voice: z.optional(z.nullable(equosVoice)),
  brain: z.optional(z.nullable(equosBrain)),
  knowledgeBase: z.optional(z.nullable(equosKnowledgeBase)),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const equosConversationWithCharacter = z.object({
  id: z.string(),
  name: z.string(),
  client: z.optional(z.nullable(z.string())),
  status: equosConversationStatus,
  room: z.optional(z.nullable(z.string())),
  serverUrl: z.optional(z.nullable(z.string())),
  remoteAgentName: z.optional(z.nullable(z.string())),
  remoteAgentIdentity: z.optional(z.nullable(z.string())),
  consumerName: z.optional(z.nullable(z.string())),
  consumerIdentity: z.optional(z.nullable(z.string())),
  charge: z.boolean(),
  chargeBySecond: z.number(),
  chargeUnitCount: z.optional(z.number()),
  maxSeconds: z.number(),
  promptCtx: z.optional(z.nullable(z.string())),
  promptTemplateVars: z.optional(z.nullable(z.record(z.string(), z.string()))),
  transcript: z.optional(z.nullable(z.array(equosConversationUtterance))),
  timeline: z.optional(z.nullable(z.array(equosTimelineEntry))),
  startedAt: z.string(),
  joinedAt: z.optional(z.nullable(z.string())),
  endedAt: z.optional(z.nullable(z.string())),
  createdAt: z.string(),
  updatedAt: z.string(),
  characterId: z.string(),
  organizationId: z.string(),
  character: equosCharacter,
});
const createEquosConversationResponse = z.object({
  conversation: equosConversationWithCharacter,
  consumerAccessToken: z.optional(z.nullable(z.string())),
  remoteAgentAccessToken: z.optional(z.nullable(z.string())),
});
const listEquosCharactersResponse = z.object({
  skip: z.number(),
  take: z.number(),
  total: z.number(),
  characters: z.array(equosCharacter),
});
const listEquosBrainsResponse = z.object({
  skip: z.number(),
  take: z.number(),
  total: z.number(),
  brains: z.array(equosBrain),
});
const listEquosFacesResponse = z.object({
  skip: z.number(),
  take: z.number(),
  total: z.number(),
  faces: z.array(equosFace),
});
const listEquosVoicesResponse = z.object({
  skip: z.number(),
  take: z.number(),
  total: z.number(),
  voices: z.array(equosVoice),
});
const listEquosKnowledgeBasesResponse = z.object({
  skip: z.number(),
  take: z.number(),
  total: z.number(),
  items: z.array(equosKnowledgeBase),
});
const createDocumentResponse = z.object({
  document: equosDocument,
  uploadUrl: z.string(),
  expireAt: z.string(),
});
const createEquosTokenResponse = z.object({
  token: z.string(),
});
const healthResponse = z.object({
  status: z.string(),
  version: z.string(),
});

/** What each operation answers; one that is missing here has no declared answer. */
export const answers: Readonly<Record<string, z.ZodType>> = {
  listConversations: listEquosConversationsResponse,
  startConversation: createEquosConversationResponse,
  getConversationById: z.nullable(equosConversation),
  stopConversation: z.nullable(equosConversation),
  listCharacters: listEquosCharactersResponse,
  createCharacter: equosCharacter,
  getCharacter: z.nullable(equosCharacter),
  updateCharacter: equosCharacter,
  deleteCharacter: z.nullable(equosCharacter),
  listBrains: listEquosBrainsResponse,
  createBrain: equosBrain,
  getBrain: z.nullable(equosBrain),
  updateBrain: z.nullable(equosBrain),
  deleteBrain: z.nullable(equosBrain),
  listFaces: listEquosFacesResponse,
  createFace: equosFace,
  getFace: z.nullable(equosFace),
  deleteFace: z.nullable(equosFace),
  listVoices: listEquosVoicesResponse,
  createVoice: equosVoice,
  getVoice: z.nullable(equosVoice),
  updateVoice: z.nullable(equosVoice),
  deleteVoice: z.nullable(equosVoice),
  listKnowledgeBases: listEquosKnowledgeBasesResponse,
  createKnowledgeBase: equosKnowledgeBase,
  getKnowledgeBase: z.nullable(equosKnowledgeBase),
  deleteKnowledgeBase: z.nullable(equosKnowledgeBase),
  addDocument: createDocumentResponse,
  deleteDocument: equosDocument,
  indexDocument: equosDocument,
  createToken: createEquosTokenResponse,
  getFreemiumUsage: z.number(),
  healthCheck: healthResponse,
};
