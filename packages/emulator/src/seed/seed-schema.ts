import type { JsonSchema } from "../validation/documented.js";

const text = { type: "string" };
const maybe = { type: ["string", "null"] };
const time = { type: "string", format: "date-time" };
const own = { id: { type: "string", minLength: 1 }, createdAt: time, updatedAt: time };

/** A create request of the document with the given fields beside its own. */
const seeded = (name: string, more: JsonSchema = {}): JsonSchema => ({
  type: "array",
  items: {
    type: "object",
    allOf: [{ $ref: `#/$defs/${name}` }],
    properties: { ...own, ...more },
    unevaluatedProperties: false,
  },
});

const utterance = {
  type: "object",
  required: ["id", "author", "content", "at"],
  properties: { id: text, author: { enum: ["user", "character"] }, content: text, at: time },
  additionalProperties: false,
};

const conversation = {
  type: "object",
  required: ["id", "request", "startedAt", "maxSeconds"],
  properties: {
    id: own.id,
    request: { $ref: "#/$defs/CreateEquosConversationRequest" },
    room: { type: ["string", "null"] },
    serverUrl: text,
    maxSeconds: { type: "number" },
    tokens: {
      type: "object",
      required: ["consumer", "remoteAgent"],
      properties: { consumer: { type: ["string", "null"] }, remoteAgent: { type: ["string", "null"] } },
      additionalProperties: false,
    },
    startedAt: time,
    consumerJoinedAt: time,
    consumerLeftAt: time,
    stoppedAt: time,
    forcedEnd: {
      type: "object",
      required: ["at", "as"],
      properties: { at: time, as: { enum: ["blocked", "error"] } },
      additionalProperties: false,
    },
    said: { type: "array", items: utterance },
  },
  additionalProperties: false,
};

const document = {
  contentBase64: text,
  size: { type: "integer", minimum: 0 },
  uploadedAt: time,
  indexStartedAt: time,
};

/** What a seed may hold: the create requests of the API, unknown fields refused. */
export const seedSchema: JsonSchema = {
  type: "object",
  properties: {
    brains: seeded("CreateEquosBrainRequest"),
    faces: seeded("CreateEquosFaceRequest", { description: maybe, thumbnailUrl: maybe, referenceImgUrl: maybe }),
    voices: seeded("CreateEquosVoiceRequest"),
    knowledgeBases: seeded("CreateKnowledgeBaseRequest", { documents: seeded("CreateDocumentRequest", document) }),
    characters: seeded("CreateEquosCharacterRequest"),
    conversations: { type: "array", items: conversation },
  },
  additionalProperties: false,
};
