import { randomUUID } from "node:crypto";
import type { Conversations } from "../conversations/conversations.js";
import type { StoredDocument } from "../state/documents.js";
import type { Organization } from "../state/organization.js";
import type { EmulatorSeed, Seeded, SeededConversation, SeededDocument } from "./seed.js";

const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

/** Only what is there: `exactOptionalPropertyTypes` tells a missing field from an undefined one. */
const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });

function plantDocument(seeded: SeededDocument, knowledgeBaseId: string, now: number): StoredDocument {
  const { id = `doc_${randomUUID()}`, name, description, mimeType } = seeded;
  const content = seeded.contentBase64 === undefined ? undefined : Buffer.from(seeded.contentBase64, "base64");
  return {
    id,
    knowledgeBaseId,
    name,
    description,
    mimeType,
    createdAt: time(seeded.createdAt) ?? now,
    // An upload URL does not outlive its emulator.
    upload: { token: "", expiresAt: 0 },
    ...given("content", content),
    ...given("size", content?.byteLength ?? seeded.size),
    ...given("uploadedAt", time(seeded.uploadedAt)),
    ...given("indexStartedAt", time(seeded.indexStartedAt)),
  };
}

const blankFace = { client: null, description: null, thumbnailUrl: null, referenceImgUrl: null };

/** Puts a seed that has been checked into an organization. */
export function plant(
  seed: EmulatorSeed,
  organization: Organization,
  conversations: Conversations,
  serverUrl: string,
): void {
  const now = organization.clock.now();
  const at = new Date(now).toISOString();
  const owned = <T extends Seeded<object>>(prefix: string, { id, createdAt, updatedAt, ...rest }: T) => ({
    organizationId: organization.id,
    ...rest,
    id: id ?? `${prefix}_${randomUUID()}`,
    createdAt: createdAt ?? at,
    updatedAt: updatedAt ?? createdAt ?? at,
  });
  for (const brain of seed.brains ?? []) organization.brains.put({ client: null, ...owned("bra", brain) });
  for (const face of seed.faces ?? []) organization.faces.put({ ...blankFace, ...owned("fac", face) });
  for (const voice of seed.voices ?? [])
    organization.voices.put({ client: null, instructions: null, ...owned("voi", voice) });
  for (const { documents = [], ...seeded } of seed.knowledgeBases ?? []) {
    const knowledgeBase = owned("kno", seeded);
    const planted = documents.map((document) => plantDocument(document, knowledgeBase.id, now));
    organization.knowledgeBases.put({ ...knowledgeBase, documents: new Map(planted.map((each) => [each.id, each])) });
  }
  for (const character of seed.characters ?? []) {
    const blank = {
      client: null,
      search: false,
      faceId: null,
      voiceId: null,
      brainId: null,
      knowledgeBaseId: null,
      elevenlabsAgentId: null,
    };
    organization.characters.put({ ...blank, ...owned("cha", character) });
  }
  for (const conversation of seed.conversations ?? [])
    plantConversation(conversation, organization, conversations, serverUrl);
}

function plantConversation(
  seeded: SeededConversation,
  organization: Organization,
  conversations: Conversations,
  serverUrl: string,
): void {
  const character = organization.characters.get(seeded.request.characterId);
  // The check of a seed has looked for it.
  if (character === undefined) throw new Error(`no character ${seeded.request.characterId}`);
  conversations.add({
    id: seeded.id,
    request: seeded.request,
    character: organization.wholeCharacter(character),
    room: seeded.room ?? null,
    serverUrl: seeded.serverUrl ?? serverUrl,
    maxSeconds: seeded.maxSeconds,
    tokens: seeded.tokens ?? { consumer: null, remoteAgent: null },
    startedAt: Date.parse(seeded.startedAt),
    ...given("consumerJoinedAt", time(seeded.consumerJoinedAt)),
    ...given("consumerLeftAt", time(seeded.consumerLeftAt)),
    ...given("stoppedAt", time(seeded.stoppedAt)),
    ...given("forcedEnd", seeded.forcedEnd && { as: seeded.forcedEnd.as, at: Date.parse(seeded.forcedEnd.at) }),
    ...given(
      "said",
      seeded.said?.map(({ at, ...rest }) => ({ ...rest, at: Date.parse(at) })),
    ),
  });
}
