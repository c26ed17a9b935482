import { randomUUID } from "node:crypto";
import type { CreateEquosConversationRequest } from "@equos-broker/api";
import type { EmulatorClock } from "./clock.js";
import { type Conversation, type ConversationState, stateOf } from "./conversation.js";
import type { EmulatorSwitches } from "./switches.js";

/** Every conversation since the start or the last reset, in the order they were started. */
export class Conversations {
  readonly #clock: EmulatorClock;
  readonly #switches: EmulatorSwitches;
  readonly #byId = new Map<string, Conversation>();

  constructor(clock: EmulatorClock, switches: EmulatorSwitches) {
    this.#clock = clock;
    this.#switches = switches;
  }

  start(
    request: CreateEquosConversationRequest,
    terms: Pick<Conversation, "character" | "serverUrl" | "maxSeconds">,
  ): Conversation {
    const conversation: Conversation = {
      ...terms,
      id: `con_${randomUUID()}`,
      request,
      // On the caller's own LiveKit server the room is the caller's too.
      room: request.host ? null : `room_${randomUUID()}`,
      startedAt: this.#clock.now(),
    };
    this.#byId.set(conversation.id, conversation);
    return conversation;
  }

  find(id: string): Conversation | undefined {
    return this.#byId.get(id);
  }

  all(): readonly Conversation[] {
    return [...this.#byId.values()];
  }

  running(): readonly Conversation[] {
    return this.all().filter((conversation) => this.stateOf(conversation).endedAt === undefined);
  }

  stateOf(conversation: Conversation): ConversationState {
    return stateOf(conversation, this.#clock.now(), this.#switches);
  }

  /** Ends the conversation; `false` when the API already calls it ended. */
  stop(conversation: Conversation): boolean {
    if (this.stateOf(conversation).status === "ended") return false;
    conversation.stoppedAt = this.#clock.now();
    return true;
  }

  /** The consumer enters the room; `false` when the conversation is over or they are in it. */
  join(id: string): boolean {
    const conversation = this.#known(id);
    const inRoom = conversation.consumerJoinedAt !== undefined && conversation.consumerLeftAt === undefined;
    if (inRoom || this.stateOf(conversation).endedAt !== undefined) return false;
    conversation.consumerJoinedAt ??= this.#clock.now();
    delete conversation.consumerLeftAt;
    return true;
  }

  /** The consumer leaves the room; `false` when they are not in it or the conversation is over. */
  leave(id: string): boolean {
    const conversation = this.#known(id);
    const inRoom = conversation.consumerJoinedAt !== undefined && conversation.consumerLeftAt === undefined;
    if (!inRoom || this.stateOf(conversation).endedAt !== undefined) return false;
    conversation.consumerLeftAt = this.#clock.now();
    return true;
  }

  clear(): void {
    this.#byId.clear();
  }

  #known(id: string): Conversation {
    const conversation = this.#byId.get(id);
    if (conversation === undefined) throw new Error(`the emulator has no conversation ${id}`);
    return conversation;
  }
}
