import type { EquosCharacter, EquosDocument } from "@equos-broker/api";
import type { StoredDocument } from "./documents.js";
import type { Organization } from "./organization.js";

function stored(document: EquosDocument, { indexSeconds }: { readonly indexSeconds: number }): StoredDocument {
  const { id, knowledgeBaseId, name, description, size } = document;
  const at = Date.parse(document.createdAt);
  const upload = { token: "", expiresAt: 0 };
  return {
    id,
    knowledgeBaseId,
    name,
    description,
    mimeType: "application/pdf",
    createdAt: at,
    upload,
    size,
    // So that it was indexed when it was made.
    indexStartedAt: at - indexSeconds * 1_000,
  };
}

/** Adds a whole character, its blocks to their tables. A block that is there already stays as it is. */
export function addCharacter(organization: Organization, whole: EquosCharacter): void {
  const { face, voice, brain, knowledgeBase, ...character } = whole;
  const { faces, voices, brains, knowledgeBases, characters } = organization;
  if (face && !faces.get(face.id)) faces.put(face);
  if (voice && !voices.get(voice.id)) voices.put(voice);
  if (brain && !brains.get(brain.id)) brains.put(brain);
  if (knowledgeBase && !knowledgeBases.get(knowledgeBase.id)) {
    const documents = new Map(
      knowledgeBase.documents.map((document) => [document.id, stored(document, organization.switches)]),
    );
    knowledgeBases.put({ ...knowledgeBase, documents });
  }
  characters.put(character);
}
