import type { CreateEquosConversationResponse } from "@equos-broker/api";
import type { FaultQueue } from "./fault-queue.js";
import type { LoggedRequest } from "./request-log.js";
import type { Bill, ConversationSnapshot } from "./snapshot.js";
import type { EmulatorLivekit } from "./tokens.js";

/** A running emulator, from {@link startEmulator}. Inspecting or printing it shows neither key nor prompt. */
export interface Emulator {
  /** Where it listens, without a trailing slash: what `EQUOS_ENDPOINT` is set to. */
  readonly url: string;
  /** Accepted in the header `x-api-key`. */
  readonly apiKey: string;
  /** Id of the first character. */
  readonly characterId: string;
  /** Ids of all characters. */
  readonly characterIds: readonly string[];
  /** Stands in the instructions of every character that brings none of its own. */
  readonly systemPrompt: string;
  /**
   * Every recognisable text that must not reach a client: prompts, greetings, the organization, knowledge base, third-party
   * ids, ids of the character and its blocks, the price.
   *
   * @example
   * ```ts
   * for (const text of emulator.secretTexts) expect(body).not.toContain(text);
   * ```
   */
  readonly secretTexts: readonly string[];
  /** The LiveKit server that conversations point to, for verifying their tokens. */
  readonly livekit: EmulatorLivekit;
  /** Things that go wrong on demand. */
  readonly faults: FaultQueue;
  /** Every conversation since the start or the last reset, oldest first. */
  conversations(): readonly ConversationSnapshot[];
  /** What all of them cost so far, in seconds. */
  bill(): Bill;
  /** The JSON that the start of this conversation answered, before any fault changed it. */
  lastStartAnswer(id: string): CreateEquosConversationResponse | undefined;
  /** The consumer enters the room; `false` when the conversation is over or they are in it. Throws on an unknown id. */
  join(id: string): boolean;
  /** The consumer leaves the room; `false` when they are not in it or it is over. Throws on an unknown id. */
  leave(id: string): boolean;
  /** Every request to the four operations, oldest first. */
  requests(): readonly LoggedRequest[];
  /** Throws an error that lists the conversations that have not ended. */
  assertNothingRunning(): void;
  /** Forgets conversations, requests and faults, and drops requests that a fault holds. */
  reset(): void;
  /** Stops listening and closes every socket, answered or not. */
  close(): Promise<void>;
}
