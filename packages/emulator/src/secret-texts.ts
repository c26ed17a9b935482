import type { EquosCharacter } from "@equos-broker/api";
import { chargeBySecond, organizationId } from "./characters.js";

function* textsOf(character: EquosCharacter): Generator<string | null | undefined> {
  const { brain, voice, face, knowledgeBase } = character;
  yield* [character.id, character.organizationId, character.client, character.elevenlabsAgentId];
  yield* [character.faceId, character.voiceId, character.brainId, character.knowledgeBaseId];
  yield* [brain?.id, brain?.instructions, brain?.greetingMessage];
  yield* [voice?.id, voice?.instructions];
  yield* [face?.id, face?.description, face?.referenceImgUrl];
  yield* [knowledgeBase?.id, knowledgeBase?.name, knowledgeBase?.description];
  for (const { id, name, description } of knowledgeBase?.documents ?? []) yield* [id, name, description];
}

/** Every text of these characters, and of their organization, that a client has no use for and must not get. */
export function secretTextsOf(characters: Iterable<EquosCharacter>, first: string): readonly string[] {
  const texts = new Set<string>([first, organizationId, String(chargeBySecond)]);
  for (const character of characters) {
    for (const text of textsOf(character)) if (text) texts.add(text);
  }
  return [...texts];
}
