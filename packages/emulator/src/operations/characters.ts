import type { CreateEquosCharacterRequest, UpdateEquosCharacterRequest } from "@equos-broker/api";
import { type Answer, refusal } from "../answer/answer.js";
import type { Character } from "../state/organization.js";
import { created, getOf, listOf, missing, ok, stamped, unknownReference, updatedNow } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

export function characterOperations(setup: Setup) {
  const { organization, conversations, switches } = setup;
  const { characters, faces, voices, brains, knowledgeBases } = organization;

  const answerOf = (character: Character): unknown =>
    switches.characterBlocks === "whole" ? organization.wholeCharacter(character) : character;

  const wrongReference = (given: UpdateEquosCharacterRequest): Answer | undefined => {
    const { faceId, voiceId, brainId, knowledgeBaseId } = given;
    if (faceId && !faces.get(faceId)) return unknownReference(setup, "Face");
    if (voiceId && !voices.get(voiceId)) return unknownReference(setup, "Voice");
    if (brainId && !brains.get(brainId)) return unknownReference(setup, "Brain");
    if (knowledgeBaseId && !knowledgeBases.get(knowledgeBaseId)) return unknownReference(setup, "Knowledge base");
    return undefined;
  };

  const createCharacter: Carry = ({ body }) => {
    // Bodies are valid for their schema by now.
    const given = body as CreateEquosCharacterRequest;
    const wrong = wrongReference(given);
    if (wrong !== undefined) return wrong;
    const taken = characters.all().some(({ livekitIdentity }) => livekitIdentity === given.livekitIdentity);
    if (taken && switches.livekitIdentity === "unique") {
      return refusal(
        409,
        `The organization has a character with the livekitIdentity "${given.livekitIdentity}" already`,
      );
    }
    const references = { faceId: null, voiceId: null, brainId: null, knowledgeBaseId: null, elevenlabsAgentId: null };
    const blank = { client: null, search: false, ...references };
    return created(answerOf(characters.put({ ...stamped(setup, "cha"), ...blank, ...given })));
  };

  const updateCharacter: Carry = ({ path, body }) => {
    const character = characters.get(path.id ?? "");
    // Of the updates this one is not declared to answer null.
    if (character === undefined) return refusal(404, "Character not found");
    // As above.
    const given = body as UpdateEquosCharacterRequest;
    const wrong = wrongReference(given);
    if (wrong !== undefined) return wrong;
    return ok(answerOf(characters.put({ ...character, ...given, ...updatedNow(setup) })));
  };

  const deleteCharacter: Carry = ({ path }) => {
    const character = characters.get(path.id ?? "");
    if (character === undefined) return missing(setup, "Character");
    const talking = conversations.running().filter((conversation) => conversation.character.id === character.id);
    if (talking.length > 0 && switches.deleteInUse === "refuse") {
      return refusal(409, `Character has ${talking.length} running conversation(s), ${talking[0]?.id} among them`);
    }
    characters.delete(character.id);
    return ok(answerOf(character));
  };

  return {
    listCharacters: listOf(setup, characters, "characters", answerOf),
    getCharacter: getOf(setup, characters, "Character", answerOf),
    createCharacter,
    updateCharacter,
    deleteCharacter,
  };
}
