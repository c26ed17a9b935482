import type { Server } from "node:http";
import { inspect } from "node:util";
import type { CreateEquosConversationResponse } from "@equos-broker/api";
import type { ControlledClock } from "./clock/controlled-clock.js";
import { chargeBySecond, startAnswer } from "./conversations/answers.js";
import { type ForcedEnd, stateOf } from "./conversations/conversation.js";
import type { Conversations } from "./conversations/conversations.js";
import type { EmulatorLimits } from "./conversations/limits.js";
import {
  assertNothingRunning,
  type Bill,
  billOf,
  type ConversationSnapshot,
  snapshotOf,
} from "./conversations/snapshot.js";
import type { EmulatorLivekit } from "./conversations/tokens.js";
import type { Emulator } from "./emulator.js";
import type { FaultQueue, Faults } from "./faults/fault-queue.js";
import { harvest } from "./seed/harvest.js";
import type { EmulatorSeed } from "./seed/seed.js";
import type { Organization } from "./state/organization.js";
import { secretTextsOf } from "./state/secret-texts.js";
import { systemPrompt } from "./state/standard-characters.js";
import type { LoggedRequest, RequestLog } from "./wire/request-log.js";
import { closeAll } from "./wire/server.js";

export interface EmulatorParts {
  readonly url: string;
  readonly apiKey: string;
  readonly clock: ControlledClock;
  readonly organization: Organization;
  readonly livekit: EmulatorLivekit;
  readonly conversations: Conversations;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly server: Server;
  limit(limits: EmulatorLimits): void;
  /** Ends every wait of a fault; their sockets are dropped. */
  endWaits(): void;
  /** Puts back what the emulator started with. */
  replant(): void;
  /** The avatars leave their rooms. */
  leaveRooms(): Promise<void>;
}

/** The handle on a running server; all it holds is private, so that printing it shows no key. */
export class LocalEmulator implements Emulator {
  readonly #parts: EmulatorParts;

  constructor(parts: EmulatorParts) {
    this.#parts = parts;
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
    return this.#parts.organization.characters.all().map(({ id }) => id);
  }

  get systemPrompt(): string {
    return systemPrompt;
  }

  get secretTexts(): readonly string[] {
    return secretTextsOf(this.#parts.organization, [systemPrompt, String(chargeBySecond)]);
  }

  get livekit(): EmulatorLivekit {
    return this.#parts.livekit;
  }

  get clock(): ControlledClock {
    return this.#parts.clock;
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
    const { conversations, organization } = this.#parts;
    const conversation = conversations.find(id);
    if (conversation === undefined) return undefined;
    const { request, room, serverUrl, maxSeconds, startedAt, tokens, character } = conversation;
    const asStarted = { id, request, room, serverUrl, maxSeconds, startedAt, tokens, character };
    const { switches } = organization;
    return structuredClone(startAnswer(asStarted, stateOf(asStarted, startedAt, switches), switches));
  }

  join(id: string): boolean {
    return this.#parts.conversations.join(id);
  }

  leave(id: string): boolean {
    return this.#parts.conversations.leave(id);
  }

  end(id: string, as: ForcedEnd): boolean {
    return this.#parts.conversations.force(id, as);
  }

  limit(limits: EmulatorLimits): void {
    this.#parts.limit(limits);
  }

  requests(): readonly LoggedRequest[] {
    return this.#parts.requests.all();
  }

  assertNothingRunning(): void {
    assertNothingRunning(this.#parts.conversations);
  }

  export(): EmulatorSeed {
    return harvest(this.#parts.organization, this.#parts.conversations);
  }

  reset(): void {
    const { conversations, faults, requests, organization } = this.#parts;
    this.#parts.endWaits();
    faults.reset();
    conversations.clear();
    requests.clear();
    organization.clear();
    this.#parts.replant();
  }

  async close(): Promise<void> {
    this.#parts.endWaits();
    await this.#parts.leaveRooms();
    await closeAll(this.#parts.server);
  }

  [inspect.custom](): string {
    return `Emulator { url: '${this.url}', characterId: '${this.characterId}' }`;
  }
}
