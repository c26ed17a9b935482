import { type EquosCharacter, EquosVoiceIdentity } from "@equos-broker/api";

/**
 * Stands in the instructions of every character that brings none of its own. Searching for it finds a leaked prompt, also
 * in HTML: it has no character that is escaped.
 */
export const systemPrompt = "You are the emulated character. This system prompt must never leave the server.";

export const organizationId = "org_emulator_5d1f7c";

const seededAt = "2026-01-05T09:00:00.000Z";
const owned = { organizationId, client: null, createdAt: seededAt, updatedAt: seededAt };
const voices = Object.values(EquosVoiceIdentity);

/**
 * A complete character with face, voice, brain and knowledge base, the given fields laid over it. There is one gallery face,
 * so all share it, and each has a voice of its own.
 *
 * @param key - The part that the ids of its blocks share.
 */
function complete(id: string, key: string, index: number, given: Partial<EquosCharacter>): EquosCharacter {
  return {
    ...owned,
    name: `Character ${index + 1}`,
    livekitIdentity: `avatar-${key}`,
    search: false,
    elevenlabsAgentId: `agent_emulator_${key}`,
    faceId: "fac_emulator_tommy",
    voiceId: `voi_emulator_${key}`,
    brainId: `bra_emulator_${key}`,
    knowledgeBaseId: `kno_emulator_${key}`,
    face: {
      ...owned,
      id: "fac_emulator_tommy",
      identity: "tommy",
      description: null,
      thumbnailUrl: null,
      referenceImgUrl: "https://images.equos.invalid/tommy-source.png",
    },
    voice: {
      ...owned,
      id: `voi_emulator_${key}`,
      identity: voices[(index + 2) % voices.length] ?? "Kore",
      instructions: `Emulated voice direction for ${key}: calm and near.`,
    },
    brain: {
      ...owned,
      id: `bra_emulator_${key}`,
      instructions: `${systemPrompt} (${key})`,
      greetingMessage: `Emulated greeting of ${key}: good to see you.`,
    },
    knowledgeBase: {
      id: `kno_emulator_${key}`,
      organizationId,
      name: `Emulated knowledge of ${key}`,
      description: `Emulated internal handbook of ${key}`,
      documents: [
        {
          id: `doc_emulator_${key}`,
          knowledgeBaseId: `kno_emulator_${key}`,
          name: `emulated-price-list-${key}.pdf`,
          description: `Emulated purchase prices of ${key}`,
          size: 48_213,
          status: "indexed",
          createdAt: seededAt,
          updatedAt: seededAt,
        },
      ],
      createdAt: seededAt,
      updatedAt: seededAt,
    },
    ...given,
    id,
  };
}

/** The emulator's characters: two standard ones, or the given ones, each laid over a complete one. */
export function charactersFrom(given?: Readonly<Record<string, Partial<EquosCharacter>>>): readonly EquosCharacter[] {
  if (given === undefined) {
    return [
      complete("cha_emulator_guide", "guide", 0, { name: "Guide" }),
      complete("cha_emulator_coach", "coach", 1, { name: "Coach" }),
    ];
  }
  const own = Object.entries(given);
  if (own.length === 0) throw new TypeError("characters takes at least one character, by id");
  return own.map(([id, fields], index) => complete(id, `own${index + 1}`, index, fields));
}
