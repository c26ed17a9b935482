import type { EquosConversationStatus } from "@equos-broker/api";
import { chargeBySecond } from "./answers.js";
import type { Conversation, ConversationState, EndReason } from "./conversation.js";
import type { Conversations } from "./conversations.js";

/** A conversation as the emulator knows it. Times are ISO strings of the emulator's clock. */
export interface ConversationSnapshot {
  readonly id: string;
  readonly name: string;
  readonly client: string | undefined;
  /** What the API says; `endedAt` beside `running` is the switch `"ends-but-stays-running"` at work. */
  readonly status: EquosConversationStatus;
  readonly characterId: string;
  readonly consumerIdentity: string | undefined;
  readonly startedAt: string;
  readonly joinedAt: string | undefined;
  /** When it stopped being billed. */
  readonly endedAt: string | undefined;
  readonly maxSeconds: number;
  /** Up to now while it runs; with fractions. */
  readonly billedSeconds: number;
  readonly endReason: EndReason | undefined;
}

/** What was billed, up to now for what still runs: seconds with fractions, and in Equos' undocumented unit of price. */
export interface Bill {
  readonly conversations: readonly { readonly id: string; readonly seconds: number; readonly price: number }[];
  readonly totalSeconds: number;
  readonly totalPrice: number;
}

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

export function snapshotOf(conversation: Conversation, state: ConversationState): ConversationSnapshot {
  const { id, request, character, startedAt, maxSeconds } = conversation;
  return {
    id,
    name: request.name,
    client: request.client ?? undefined,
    status: state.status,
    characterId: character.id,
    consumerIdentity: request.consumer?.identity,
    startedAt: new Date(startedAt).toISOString(),
    joinedAt: iso(state.joinedAt),
    endedAt: iso(state.endedAt),
    maxSeconds,
    billedSeconds: state.billedSeconds,
    endReason: state.endReason,
  };
}

export function billOf(conversations: Conversations): Bill {
  const items = conversations.all().map((conversation) => {
    const seconds = conversations.stateOf(conversation).billedSeconds;
    return { id: conversation.id, seconds, price: seconds * chargeBySecond };
  });
  const totalSeconds = items.reduce((sum, { seconds }) => sum + seconds, 0);
  return { conversations: items, totalSeconds, totalPrice: totalSeconds * chargeBySecond };
}

/** Throws when a conversation has not ended, naming each one. */
export function assertNothingRunning(conversations: Conversations): void {
  const running = conversations.running();
  if (running.length === 0) return;
  const lines = running.map((conversation) => {
    const { name, consumerIdentity, startedAt, billedSeconds } = snapshotOf(
      conversation,
      conversations.stateOf(conversation),
    );
    const consumer = consumerIdentity === undefined ? "" : `, consumer ${consumerIdentity}`;
    return `  ${conversation.id} "${name}"${consumer}, since ${startedAt}, ${billedSeconds} s billed`;
  });
  throw new Error(`still running: ${running.length}\n${lines.join("\n")}`);
}
