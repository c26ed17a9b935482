import type { CreateEquosConversationRequest, EquosCharacter, EquosConversationStatus } from "@equos-broker/api";
import type { EmulatorSwitches } from "../switches.js";

/** Why a conversation is over. */
export type EndReason = "stopped" | "max-seconds" | "consumer-left" | "blocked" | "error";

/** What can be made to happen to a conversation that runs, as Equos might. */
export type ForcedEnd = "blocked" | "error";

/** What happened to one conversation; what it means is derived when somebody looks. Times are epoch milliseconds. */
export interface Conversation {
  readonly id: string;
  readonly request: CreateEquosConversationRequest;
  readonly character: EquosCharacter;
  readonly room: string | null;
  readonly serverUrl: string;
  readonly maxSeconds: number;
  readonly startedAt: number;
  /** Tokens of its participants, as the start answered them. */
  tokens: { readonly consumer: string | null; readonly remoteAgent: string | null };
  consumerJoinedAt?: number;
  consumerLeftAt?: number;
  stoppedAt?: number;
  /** Ended by Equos itself rather than by a stop. */
  forcedEnd?: { readonly at: number; readonly as: ForcedEnd };
  /** What was said, besides the greeting. */
  said?: readonly Utterance[];
}

/** Something said in the room. */
export interface Utterance {
  readonly id: string;
  readonly author: "user" | "character";
  readonly content: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A conversation as it is at one moment. Times are epoch milliseconds. */
export interface ConversationState {
  /** What the API says. */
  readonly status: EquosConversationStatus;
  /** When the API says so. */
  readonly joinedAt: number | undefined;
  readonly reportedEndAt: number | undefined;
  /** The end that counts for the bill. */
  readonly endedAt: number | undefined;
  readonly endReason: EndReason | undefined;
  readonly billedSeconds: number;
}

const avatarJoinMillis = 1_000;

function endOf(conversation: Conversation, now: number, switches: EmulatorSwitches) {
  const capAt = conversation.startedAt + Math.max(0, conversation.maxSeconds) * 1_000;
  const left = switches.onConsumerLeave === "nothing" ? undefined : conversation.consumerLeftAt;
  const ends = [
    { at: left, reason: "consumer-left" as const },
    { at: conversation.stoppedAt, reason: "stopped" as const },
    { at: conversation.forcedEnd?.at, reason: conversation.forcedEnd?.as ?? ("error" as const) },
    { at: capAt <= now ? capAt : undefined, reason: "max-seconds" as const },
  ];
  let first: { at: number; reason: EndReason } | undefined;
  for (const { at, reason } of ends) {
    if (at !== undefined && (first === undefined || at < first.at)) first = { at, reason };
  }
  const hidden =
    first?.reason === "consumer-left" &&
    switches.onConsumerLeave === "ends-but-stays-running" &&
    conversation.stoppedAt === undefined &&
    conversation.forcedEnd === undefined &&
    capAt > now;
  return { ...first, hidden };
}

function joinOf(conversation: Conversation, until: number, { joined }: EmulatorSwitches): number | undefined {
  if (joined === "never") return undefined;
  if (joined === "avatar") {
    const at = conversation.startedAt + avatarJoinMillis;
    return at <= until ? at : undefined;
  }
  const consumer = conversation.consumerJoinedAt;
  if (consumer === undefined || joined === "consumer") return consumer;
  return consumer + joined.lateMs <= until ? consumer + joined.lateMs : undefined;
}

/** What a conversation amounts to at `now` under these switches. */
export function stateOf(conversation: Conversation, now: number, switches: EmulatorSwitches): ConversationState {
  const { at: endedAt, reason, hidden } = endOf(conversation, now, switches);
  const until = endedAt ?? now;
  const joinedAt = joinOf(conversation, until, switches);
  const billedFrom = switches.billFrom === "startedAt" ? conversation.startedAt : joinedAt;
  return {
    status: endedAt === undefined || hidden ? "running" : reason === "blocked" || reason === "error" ? reason : "ended",
    joinedAt,
    reportedEndAt: hidden ? undefined : endedAt,
    endedAt,
    endReason: reason,
    billedSeconds: billedFrom === undefined ? 0 : Math.max(0, until - billedFrom) / 1_000,
  };
}
