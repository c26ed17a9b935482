import type { CreateEquosConversationResponse } from "@equos-broker/api";
import type { ControlledClock } from "./clock/controlled-clock.js";
import type { ForcedEnd } from "./conversations/conversation.js";
import type { EmulatorLimits } from "./conversations/limits.js";
import type { Bill, ConversationSnapshot } from "./conversations/snapshot.js";
import type { EmulatorLivekit } from "./conversations/tokens.js";
import type { FaultQueue } from "./faults/fault-queue.js";
import type { EmulatorSeed } from "./seed/seed.js";
import type { LoggedRequest } from "./wire/request-log.js";

/** A running emulator, from {@link startEmulator}. Inspecting or printing it shows neither key nor prompt. */
export interface Emulator {
  /** Where it listens, without a trailing slash: what `EQUOS_ENDPOINT` is set to. A browser finds its page there. */
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
   * ids, ids of the characters and their blocks, the price.
   *
   * @example
   * ```ts
   * for (const text of emulator.secretTexts) expect(body).not.toContain(text);
   * ```
   */
  readonly secretTexts: readonly string[];
  /** The LiveKit server that conversations point to, for verifying their tokens. */
  readonly livekit: EmulatorLivekit;
  /** Its time: stop it, move it forward, let it run. */
  readonly clock: ControlledClock;
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
  /** Equos itself ends the conversation; `false` when it is over. Throws on an unknown id. */
  end(id: string, as: ForcedEnd): boolean;
  /** Changes the organization's limits from now on; those not named are off. */
  limit(limits: EmulatorLimits): void;
  /** The latest 20,000 requests for the API, oldest first. */
  requests(): readonly LoggedRequest[];
  /** Throws when a conversation has not ended, naming each one. */
  assertNothingRunning(): void;
  /**
   * Everything it holds, as a seed that brings another emulator to the same state. Documents come with their bytes; a
   * conversation whose character was deleted does not come along, nor does an upload URL.
   */
  export(): EmulatorSeed;
  /** Back to the state it started with; ends waits, forgets faults, limits and requests. The clock goes on. */
  reset(): void;
  /** Stops listening at once, open requests included. */
  close(): Promise<void>;
}
