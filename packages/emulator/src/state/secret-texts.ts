import type { Organization } from "./organization.js";

/** Every text of the organization's resources that a client has no use for and must not get. */
export function secretTextsOf(organization: Organization, more: readonly string[]): readonly string[] {
  const texts: (string | null | undefined)[] = [...more, organization.id];
  for (const each of organization.characters.all()) {
    texts.push(each.id, each.organizationId, each.client, each.elevenlabsAgentId);
    texts.push(each.faceId, each.voiceId, each.brainId, each.knowledgeBaseId);
  }
  for (const { id, instructions, greetingMessage } of organization.brains.all())
    texts.push(id, instructions, greetingMessage);
  for (const { id, instructions } of organization.voices.all()) texts.push(id, instructions);
  for (const { id, description, referenceImgUrl } of organization.faces.all())
    texts.push(id, description, referenceImgUrl);
  for (const { id, name, description, documents } of organization.knowledgeBases.all()) {
    texts.push(id, name, description);
    for (const document of documents.values()) texts.push(document.id, document.name, document.description);
  }
  return [...new Set(texts.filter((text): text is string => Boolean(text)))];
}
