import type {
  CreateEquosConversationResponse,
  EquosConversation,
  EquosConversationWithCharacter,
  ListEquosConversationsResponse,
} from "@equos-broker/api";
import { chargeBySecond } from "./characters.js";
import type { Conversation, ConversationState } from "./conversation.js";

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** What list, get and stop answer for a conversation: everything but the character. */
export function conversationAnswer(conversation: Conversation, state: ConversationState): EquosConversation {
  const { id, request, character, startedAt } = conversation;
  const { joinedAt, reportedEndAt } = state;
  const started = new Date(startedAt).toISOString();
  const greeting = character.brain?.greetingMessage;
  return {
    id,
    name: request.name,
    client: request.client ?? null,
    status: state.status,
    room: conversation.room,
    serverUrl: conversation.serverUrl,
    remoteAgentName: request.remoteAgent?.name ?? null,
    remoteAgentIdentity: request.remoteAgent?.identity ?? null,
    consumerName: request.consumer?.name ?? null,
    consumerIdentity: request.consumer?.identity ?? null,
    charge: true,
    chargeBySecond,
    maxSeconds: conversation.maxSeconds,
    promptCtx: request.promptCtx ?? null,
    promptTemplateVars: request.promptTemplateVars ?? null,
    transcript: greeting ? [{ id: `utt_${id}`, author: "character", content: greeting, recordedAt: started }] : [],
    timeline: null,
    startedAt: started,
    joinedAt: iso(joinedAt),
    endedAt: iso(reportedEndAt),
    createdAt: started,
    updatedAt: new Date(reportedEndAt ?? joinedAt ?? startedAt).toISOString(),
    characterId: character.id,
    organizationId: character.organizationId,
  };
}

/** What start answers: the only operation that sends the whole character, prompt and all. */
export function startAnswer(
  conversation: Conversation,
  state: ConversationState,
  tokens: { consumer: string | null; remoteAgent: string | null },
): CreateEquosConversationResponse {
  const withCharacter: EquosConversationWithCharacter = {
    ...conversationAnswer(conversation, state),
    transcript: null,
    character: conversation.character,
  };
  return {
    conversation: withCharacter,
    consumerAccessToken: tokens.consumer,
    remoteAgentAccessToken: tokens.remoteAgent,
  };
}

/** One page out of `total` conversations. */
export function listAnswer(
  conversations: EquosConversation[],
  { skip, take, total }: { skip: number; take: number; total: number },
): ListEquosConversationsResponse {
  return { skip, take, total, conversations };
}
