import type {
  CreateEquosConversationResponse,
  EquosConversation,
  EquosConversationUtterance,
  EquosConversationWithCharacter,
} from "@equos-broker/api";
import type { EmulatorSwitches } from "../switches.js";
import type { Conversation, ConversationState, Utterance } from "./conversation.js";

/** Price of one second, in Equos' undocumented unit; a figure that appears nowhere else. */
export const chargeBySecond = 0.0271828;

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** What list, get and stop answer for a conversation: everything but the character. */
export function conversationAnswer(
  conversation: Conversation,
  state: ConversationState,
  switches: Pick<EmulatorSwitches, "transcript">,
): EquosConversation {
  const { id, request, character, startedAt } = conversation;
  const { joinedAt, reportedEndAt } = state;
  const started = new Date(startedAt).toISOString();
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
    transcript: transcriptOf(conversation, state, switches),
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

function transcriptOf(
  { id, character, startedAt, said = [] }: Conversation,
  { status }: ConversationState,
  { transcript }: Pick<EmulatorSwitches, "transcript">,
): EquosConversationUtterance[] | null {
  if (transcript === "never" || (transcript === "ended" && status === "running")) return null;
  const greeting = character.brain?.greetingMessage;
  const first: readonly Utterance[] = greeting
    ? [{ id: `utt_${id}`, author: "character", content: greeting, at: startedAt }]
    : [];
  return [...first, ...said].map(({ at, ...rest }) => ({ ...rest, recordedAt: new Date(at).toISOString() }));
}

/** What start answers: the only operation that always sends the whole character, prompt and all. */
export function startAnswer(
  conversation: Conversation,
  state: ConversationState,
  switches: Pick<EmulatorSwitches, "transcript">,
): CreateEquosConversationResponse {
  const withCharacter: EquosConversationWithCharacter = {
    ...conversationAnswer(conversation, state, switches),
    transcript: null,
    character: conversation.character,
  };
  return {
    conversation: withCharacter,
    consumerAccessToken: conversation.tokens.consumer,
    remoteAgentAccessToken: conversation.tokens.remoteAgent,
  };
}
