import type { EquosBrain, EquosCharacter, EquosFace, EquosKnowledgeBase, EquosVoice } from "@equos-broker/api";
import type { EmulatorClock } from "../clock/clock.js";
import type { EmulatorSwitches } from "../switches.js";
import { documentAnswer, isSettled, isWhole, type StoredDocument } from "./documents.js";
import { Table } from "./table.js";

/** A character as it is stored: its blocks by id. */
export type Character = Omit<EquosCharacter, "face" | "voice" | "brain" | "knowledgeBase">;

/** A knowledge base as it is stored. */
export interface KnowledgeBase extends Omit<EquosKnowledgeBase, "documents"> {
  readonly documents: Map<string, StoredDocument>;
}

/** Everything that the one emulated organization owns, besides its conversations. */
export class Organization {
  readonly id: string;
  readonly clock: EmulatorClock;
  readonly switches: EmulatorSwitches;
  #version = 0;
  readonly #changed = (): void => {
    this.#version += 1;
  };
  readonly brains = new Table<EquosBrain>(this.#changed);
  readonly faces = new Table<EquosFace>(this.#changed);
  readonly voices = new Table<EquosVoice>(this.#changed);
  readonly knowledgeBases = new Table<KnowledgeBase>(this.#changed);
  readonly characters = new Table<Character>(this.#changed);
  /** Whole characters are shared by the conversations that started between two changes. */
  readonly #whole = new Map<string, { readonly version: number; readonly character: EquosCharacter }>();

  constructor(id: string, clock: EmulatorClock, switches: EmulatorSwitches) {
    this.id = id;
    this.clock = clock;
    this.switches = switches;
  }

  /** Documents change without their table knowing. */
  documentsChanged(): void {
    this.#changed();
  }

  knowledgeBaseAnswer({ documents, ...rest }: KnowledgeBase): EquosKnowledgeBase {
    const shown = [...documents.values()].filter(
      (document) => isWhole(document) || this.switches.pendingDocuments === "listed",
    );
    const now = this.clock.now();
    return { ...rest, documents: shown.map((document) => documentAnswer(document, now, this.switches)) };
  }

  /** The character with all of its blocks: what a start answers. */
  wholeCharacter(character: Character): EquosCharacter {
    const known = this.#whole.get(character.id);
    if (known?.version === this.#version) return known.character;
    const knowledgeBase = this.knowledgeBases.get(character.knowledgeBaseId ?? "");
    const whole: EquosCharacter = {
      ...character,
      face: this.faces.get(character.faceId ?? "") ?? null,
      voice: this.voices.get(character.voiceId ?? "") ?? null,
      brain: this.brains.get(character.brainId ?? "") ?? null,
      knowledgeBase: knowledgeBase === undefined ? null : this.knowledgeBaseAnswer(knowledgeBase),
    };
    const now = this.clock.now();
    const documents = [...(knowledgeBase?.documents.values() ?? [])];
    if (documents.every((document) => isSettled(document, now, this.switches))) {
      this.#whole.set(character.id, { version: this.#version, character: whole });
    }
    return whole;
  }

  clear(): void {
    for (const table of [this.brains, this.faces, this.voices, this.knowledgeBases, this.characters]) table.clear();
    this.#whole.clear();
  }
}
