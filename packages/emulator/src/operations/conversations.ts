import type { CreateEquosConversationRequest } from "@equos-broker/api";
import { type Answer, refusal } from "../answer/answer.js";
import { conversationAnswer, startAnswer } from "../conversations/answers.js";
import type { Conversation } from "../conversations/conversation.js";
import type { EmulatorSwitches } from "../switches.js";
import { created, missing, ok, pageAnswer, unknownReference } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

/** What the schema does not say. A LiveKit token needs an identity. */
function furtherMessages(
  { maxSeconds, consumer, remoteAgent }: CreateEquosConversationRequest,
  { oddNumbers }: Pick<EmulatorSwitches, "oddNumbers">,
): string[] {
  const messages: string[] = [];
  if (oddNumbers === "reject" && typeof maxSeconds === "number" && maxSeconds <= 0) {
    messages.push("maxSeconds must be a positive number");
  }
  if (consumer?.identity === "") messages.push("consumer.identity should not be empty");
  if (remoteAgent?.identity === "") messages.push("remoteAgent.identity should not be empty");
  return messages;
}

export function conversationOperations(setup: Setup) {
  const { organization, conversations, switches, signToken } = setup;
  const answerOf = (conversation: Conversation) =>
    conversationAnswer(conversation, conversations.stateOf(conversation), switches);

  const limited = ({ maxSeconds }: CreateEquosConversationRequest): Answer | undefined => {
    const { concurrent, seconds, suspended, refuseStatus = 429, suspendedStatus = 403 } = setup.limits();
    if (suspended) return refusal(suspendedStatus, "The organization is suspended");
    if (seconds !== undefined && (maxSeconds ?? 0) > seconds) {
      return refusal(refuseStatus, `maxSeconds is over the organization's limit of ${seconds}`);
    }
    if (concurrent !== undefined && conversations.running().length >= concurrent) {
      return refusal(refuseStatus, `The organization's ${concurrent} conversations are running`);
    }
    return undefined;
  };

  const startConversation: Carry = ({ body }) => {
    // Bodies are valid for their schema by now.
    const request = body as CreateEquosConversationRequest;
    const messages = furtherMessages(request, switches);
    if (messages.length > 0) return refusal(switches.invalidStatus, messages);
    const character = organization.characters.get(request.characterId);
    if (character === undefined) return unknownReference(setup, "Character");
    const refused = limited(request);
    if (refused !== undefined) return refused;
    const longest = Math.min(switches.defaultMaxSeconds, setup.limits().seconds ?? Number.POSITIVE_INFINITY);
    const { consumer, remoteAgent } = request;
    const conversation = conversations.start(
      request,
      {
        character: organization.wholeCharacter(character),
        serverUrl: request.host?.serverUrl ?? setup.serverUrl,
        maxSeconds: request.maxSeconds ?? longest,
      },
      (room) => ({
        consumer: consumer && room !== null ? signToken(consumer, room) : null,
        remoteAgent: remoteAgent && room !== null ? signToken(remoteAgent, room) : null,
      }),
    );
    return created(startAnswer(conversation, conversations.stateOf(conversation), switches));
  };

  const stopConversation: Carry = ({ path }) => {
    const conversation = conversations.find(path.id ?? "");
    if (conversation === undefined || !conversations.stop(conversation)) return missing(setup, "Conversation", 201);
    return created(answerOf(conversation));
  };

  const getConversationById: Carry = ({ path }) => {
    const conversation = conversations.find(path.id ?? "");
    return conversation === undefined ? missing(setup, "Conversation") : ok(answerOf(conversation));
  };

  const listConversations: Carry = ({ query }) => {
    const client = query.get("client");
    const matching = client === null ? conversations.all() : conversations.ofClient(client);
    return pageAnswer(setup, query, "conversations", matching, answerOf);
  };

  return { startConversation, stopConversation, getConversationById, listConversations };
}
