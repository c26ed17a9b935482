import type { CreateKnowledgeBaseRequest } from "@equos-broker/api";
import type { Conversation } from "../conversations/conversation.js";
import type { Conversations } from "../conversations/conversations.js";
import type { StoredDocument } from "../state/documents.js";
import type { Character, Organization } from "../state/organization.js";
import type { EmulatorSeed, Seeded, SeededConversation, SeededDocument } from "./seed.js";

const iso = (at: number): string => new Date(at).toISOString();
const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });

/** Fields that a seed does not have: they are the emulator's own, or say nothing. */
function asSeeded<TRequest>({ organizationId: _, ...row }: { organizationId: string } & object): Seeded<TRequest> {
  const known = Object.entries(row).filter(([, value]) => value !== null);
  // What is left of an answer is what its create request takes, and id and times.
  return Object.fromEntries(known) as Seeded<TRequest>;
}

function documentOf(document: StoredDocument): SeededDocument {
  const { id, name, description, mimeType, createdAt, content, size, uploadedAt, indexStartedAt } = document;
  return {
    id,
    name,
    description,
    mimeType,
    createdAt: iso(createdAt),
    ...(content === undefined ? given("size", size) : { contentBase64: Buffer.from(content).toString("base64") }),
    ...given("uploadedAt", uploadedAt === undefined ? undefined : iso(uploadedAt)),
    ...given("indexStartedAt", indexStartedAt === undefined ? undefined : iso(indexStartedAt)),
  };
}

function conversationOf(conversation: Conversation): SeededConversation {
  const { id, request, room, serverUrl, maxSeconds, tokens, startedAt, forcedEnd, said } = conversation;
  const { consumerJoinedAt, consumerLeftAt, stoppedAt } = conversation;
  const at = (name: string, moment: number | undefined) => given(name, moment === undefined ? undefined : iso(moment));
  return {
    id,
    request,
    room,
    serverUrl,
    maxSeconds,
    tokens,
    startedAt: iso(startedAt),
    ...at("consumerJoinedAt", consumerJoinedAt),
    ...at("consumerLeftAt", consumerLeftAt),
    ...at("stoppedAt", stoppedAt),
    ...given("forcedEnd", forcedEnd && { as: forcedEnd.as, at: iso(forcedEnd.at) }),
    ...given(
      "said",
      said?.map((utterance) => ({ ...utterance, at: iso(utterance.at) })),
    ),
  };
}

/** A character without the references that lead nowhere: one of its options may have been made without a block. */
function resolved({ brains, faces, voices, knowledgeBases }: Organization, character: Character): Character {
  const { brainId, faceId, voiceId, knowledgeBaseId } = character;
  const known = (table: { get(id: string): object | undefined }, id: string | null | undefined) =>
    id && table.get(id) ? id : null;
  return {
    ...character,
    brainId: known(brains, brainId),
    faceId: known(faces, faceId),
    voiceId: known(voices, voiceId),
    knowledgeBaseId: known(knowledgeBases, knowledgeBaseId),
  };
}

/** Everything an emulator holds, as a seed that brings another one to the same state. */
export function harvest(organization: Organization, conversations: Conversations): EmulatorSeed {
  const characters = new Set(organization.characters.all().map(({ id }) => id));
  const seed: EmulatorSeed = {
    brains: organization.brains.all().map((row) => asSeeded(row)),
    faces: organization.faces.all().map((row) => asSeeded(row)),
    voices: organization.voices.all().map((row) => asSeeded(row)),
    knowledgeBases: organization.knowledgeBases.all().map(({ documents, ...row }) => ({
      ...asSeeded<CreateKnowledgeBaseRequest>(row),
      documents: [...documents.values()].map(documentOf),
    })),
    characters: organization.characters.all().map((row) => asSeeded(resolved(organization, row))),
    // A conversation whose character was deleted has nothing to come back to.
    conversations: conversations
      .all()
      .filter(({ request }) => characters.has(request.characterId))
      .map(conversationOf),
  };
  return structuredClone(seed);
}
