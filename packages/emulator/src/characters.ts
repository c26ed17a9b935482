import type { EquosCharacter } from "@equos-broker/api";

/**
 * Stands in the instructions of every character that brings none of its own. Searching for it finds a leaked prompt, also
 * in HTML: it has no character that is escaped.
 */
export const systemPrompt = "You are the emulated character. This system prompt must never leave the server.";

/** Price of one second, in Equos' undocumented unit; a figure that appears nowhere else. */
export const chargeBySecond = 0.0271828;

export const organizationId = "org_emulator_5d1f7c";

const seededAt = "2026-01-05T09:00:00.000Z";
const owned = { organizationId, client: null, createdAt: seededAt, updatedAt: seededAt };

/**
 * Characters by id: the given fields over a complete character with face, voice, brain and knowledge base.
 *
 * `key` is the part that the ids of its blocks share.
 */
function seed(id: string, key: string, name: string, given: Partial<EquosCharacter> = {}): EquosCharacter {
  return {
    ...owned,
    name,
    livekitIdentity: `avatar-${key}`,
    search: false,
    elevenlabsAgentId: `agent_emulator_${key}`,
    faceId: `fac_emulator_${key}`,
    voiceId: `voi_emulator_${key}`,
    brainId: `bra_emulator_${key}`,
    knowledgeBaseId: `kno_emulator_${key}`,
    face: {
      ...owned,
      id: `fac_emulator_${key}`,
      identity: "tommy",
      description: null,
      thumbnailUrl: null,
      referenceImgUrl: `https://images.equos.invalid/${key}-source.png`,
    },
    voice: {
      ...owned,
      id: `voi_emulator_${key}`,
      identity: "Kore",
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

const standard = [seed("cha_emulator_guide", "guide", "Guide"), seed("cha_emulator_coach", "coach", "Coach")] as const;

/** The emulator's characters by id; the two standard ones unless others are given. */
export function charactersById(given?: Readonly<Record<string, Partial<EquosCharacter>>>): Map<string, EquosCharacter> {
  if (given === undefined) return new Map(standard.map((character) => [character.id, character]));
  const own = Object.entries(given).map(([id, fields], index) =>
    seed(id, `own${index + 1}`, `Character ${index + 1}`, fields),
  );
  if (own.length === 0) throw new TypeError("characters takes at least one character, by id");
  return new Map(own.map((character) => [character.id, character]));
}
