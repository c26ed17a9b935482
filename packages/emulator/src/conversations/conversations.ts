import { randomUUID } from "node:crypto";
import type { CreateEquosConversationRequest } from "@equos-broker/api";
import type { EmulatorClock } from "../clock/clock.js";
import type { EmulatorSwitches } from "../switches.js";
import { type Conversation, type ConversationState, type ForcedEnd, stateOf, type Utterance } from "./conversation.js";

/** Told when a conversation begins, and when something but the passing of time ends it. */
export interface ConversationListener {
  started(conversation: Conversation): void;
  ended(conversation: Conversation): void;
}

/** Every conversation since the start or the last reset, in the order they were started. */
export class Conversations {
  readonly #clock: EmulatorClock;
  readonly #switches: EmulatorSwitches;
  readonly #byId = new Map<string, Conversation>();
  /** Of each `client`, because tests list by it among many thousands. */
  readonly #byClient = new Map<string, Conversation[]>();
  /** Those that had not ended when somebody last looked. */
  readonly #perhapsRunning = new Set<Conversation>();
  #listener: ConversationListener | undefined;

  constructor(clock: EmulatorClock, switches: EmulatorSwitches) {
    this.#clock = clock;
    this.#switches = switches;
  }

  listen(listener: ConversationListener): void {
    this.#listener = listener;
  }

  start(
    request: CreateEquosConversationRequest,
    terms: Pick<Conversation, "character" | "serverUrl" | "maxSeconds">,
    tokensFor: (room: string | null) => Conversation["tokens"],
  ): Conversation {
    // On the caller's own LiveKit server the room is the caller's too.
    const room = request.host ? null : `room_${randomUUID()}`;
    const conversation: Conversation = {
      ...terms,
      id: `con_${randomUUID()}`,
      request,
      room,
      startedAt: this.#clock.now(),
      tokens: tokensFor(room),
    };
    this.add(conversation);
    this.#listener?.started(conversation);
    return conversation;
  }

  /** Takes a conversation as it is, from a seed. */
  add(conversation: Conversation): void {
    this.#byId.set(conversation.id, conversation);
    this.#perhapsRunning.add(conversation);
    const { client } = conversation.request;
    if (typeof client !== "string") return;
    const ofClient = this.#byClient.get(client);
    if (ofClient === undefined) this.#byClient.set(client, [conversation]);
    else ofClient.push(conversation);
  }

  find(id: string): Conversation | undefined {
    return this.#byId.get(id);
  }

  all(): readonly Conversation[] {
    return [...this.#byId.values()];
  }

  /** Those that were started with this `client`. */
  ofClient(client: string): readonly Conversation[] {
    return this.#byClient.get(client) ?? [];
  }

  running(): readonly Conversation[] {
    for (const conversation of this.#perhapsRunning) {
      if (this.stateOf(conversation).endedAt !== undefined) this.#perhapsRunning.delete(conversation);
    }
    return [...this.#perhapsRunning];
  }

  stateOf(conversation: Conversation): ConversationState {
    return stateOf(conversation, this.#clock.now(), this.#switches);
  }

  /** Ends the conversation; `false` when the API already calls it over. */
  stop(conversation: Conversation): boolean {
    if (this.stateOf(conversation).status !== "running") return false;
    conversation.stoppedAt = this.#clock.now();
    this.#listener?.ended(conversation);
    return true;
  }

  /** Equos ends it, for reasons of its own; `false` when it is over. */
  force(id: string, as: ForcedEnd): boolean {
    const conversation = this.#known(id);
    if (this.stateOf(conversation).endedAt !== undefined) return false;
    conversation.forcedEnd = { at: this.#clock.now(), as };
    this.#listener?.ended(conversation);
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
    if (this.stateOf(conversation).endedAt !== undefined) this.#listener?.ended(conversation);
    return true;
  }

  /** Somebody said something in the room. */
  say(id: string, author: Utterance["author"], content: string): void {
    const conversation = this.#known(id);
    const utterance: Utterance = { id: `utt_${randomUUID()}`, author, content, at: this.#clock.now() };
    conversation.said = [...(conversation.said ?? []), utterance];
  }

  clear(): void {
    for (const conversation of this.running()) this.#listener?.ended(conversation);
    this.#byId.clear();
    this.#byClient.clear();
    this.#perhapsRunning.clear();
  }

  #known(id: string): Conversation {
    const conversation = this.#byId.get(id);
    if (conversation === undefined) throw new Error(`the emulator has no conversation ${id}`);
    return conversation;
  }
}
