import type { Server } from "node:http";
import { inspect } from "node:util";
import type { CreateEquosConversationResponse, EquosCharacter } from "@equos-broker/api";
import type { Conversations } from "./conversations.js";
import type { Emulator } from "./emulator.js";
import type { FaultQueue, Faults } from "./fault-queue.js";
import type { LoggedRequest } from "./request-log.js";
import { secretTextsOf } from "./secret-texts.js";
import { closeAll } from "./server.js";
import { assertNothingRunning, type Bill, billOf, type ConversationSnapshot, snapshotOf } from "./snapshot.js";
import type { EmulatorLivekit } from "./tokens.js";

export interface EmulatorParts {
  readonly url: string;
  readonly apiKey: string;
  readonly systemPrompt: string;
  readonly characters: ReadonlyMap<string, EquosCharacter>;
  readonly livekit: EmulatorLivekit;
  readonly conversations: Conversations;
  readonly faults: Faults;
  readonly requests: LoggedRequest[];
  readonly startAnswers: Map<string, CreateEquosConversationResponse>;
  readonly server: Server;
  /** Ends every wait of a fault; their sockets are dropped. */
  endWaits(): void;
}

/** The handle on a running server; all it holds is private, so that printing it shows no key. */
export class LocalEmulator implements Emulator {
  readonly #parts: EmulatorParts;
  readonly #secretTexts: readonly string[];

  constructor(parts: EmulatorParts) {
    this.#parts = parts;
    this.#secretTexts = secretTextsOf(parts.characters.values(), parts.systemPrompt);
  }

  get url(): string {
    return this.#parts.url;
  }

  get apiKey(): string {
    return this.#parts.apiKey;
  }

  get characterId(): string {
    return this.characterIds[0] ?? "";
  }

  get characterIds(): readonly string[] {
    return [...this.#parts.characters.keys()];
  }

  get systemPrompt(): string {
    return this.#parts.systemPrompt;
  }

  get secretTexts(): readonly string[] {
    return this.#secretTexts;
  }

  get livekit(): EmulatorLivekit {
    return this.#parts.livekit;
  }

  get faults(): FaultQueue {
    return this.#parts.faults;
  }

  conversations(): readonly ConversationSnapshot[] {
    const { conversations } = this.#parts;
    return conversations.all().map((conversation) => snapshotOf(conversation, conversations.stateOf(conversation)));
  }

  bill(): Bill {
    return billOf(this.#parts.conversations);
  }

  lastStartAnswer(id: string): CreateEquosConversationResponse | undefined {
    return structuredClone(this.#parts.startAnswers.get(id));
  }

  join(id: string): boolean {
    return this.#parts.conversations.join(id);
  }

  leave(id: string): boolean {
    return this.#parts.conversations.leave(id);
  }

  requests(): readonly LoggedRequest[] {
    return structuredClone(this.#parts.requests);
  }

  assertNothingRunning(): void {
    assertNothingRunning(this.#parts.conversations);
  }

  reset(): void {
    const { conversations, faults, requests, startAnswers } = this.#parts;
    this.#parts.endWaits();
    faults.clear();
    conversations.clear();
    startAnswers.clear();
    requests.length = 0;
  }

  async close(): Promise<void> {
    this.#parts.endWaits();
    await closeAll(this.#parts.server);
  }

  [inspect.custom](): string {
    return `Emulator { url: '${this.url}', characterId: '${this.characterId}' }`;
  }
}
