import type {
  CreateEquosConversationRequest,
  CreateEquosConversationResponse,
  EquosCharacter,
} from "@equos-broker/api";
import { type Answer, refusal } from "./answer.js";
import { conversationAnswer, listAnswer, startAnswer } from "./answers.js";
import type { Conversation } from "./conversation.js";
import type { Conversations } from "./conversations.js";
import type { EmulatorLimits } from "./limits.js";
import type { OperationName } from "./operation-name.js";
import { pageOf } from "./paging.js";
import type { EmulatorSwitches } from "./switches.js";
import type { SignToken } from "./tokens.js";
import { startChecker } from "./validation.js";

/** Success codes, exactly as the generated clients of Equos expect them. */
export const successStatus: Readonly<Record<OperationName, number>> = {
  startConversation: 201,
  stopConversation: 201,
  getConversationById: 200,
  listConversations: 200,
};

export interface Call {
  readonly id: string | undefined;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface OperationsSetup {
  readonly conversations: Conversations;
  readonly characters: ReadonlyMap<string, EquosCharacter>;
  readonly switches: EmulatorSwitches;
  readonly limits: EmulatorLimits;
  readonly serverUrl: string;
  readonly signToken: SignToken;
  onStarted(id: string, answer: CreateEquosConversationResponse): void;
}

export type Operations = Readonly<Record<OperationName, (call: Call) => Answer | Promise<Answer>>>;

/** The four operations on one state. */
export function operationsOn(setup: OperationsSetup): Operations {
  const { conversations, characters, switches, limits } = setup;
  const checkStart = startChecker(switches.strictRequests);
  const answerOf = (conversation: Conversation) =>
    conversationAnswer(conversation, conversations.stateOf(conversation));

  const missing = (operation: OperationName): Answer => {
    if (switches.missing === "404") return refusal(404, "Conversation not found");
    return { status: successStatus[operation], value: switches.missing === "null" ? null : undefined };
  };

  const limitMessage = ({ maxSeconds }: CreateEquosConversationRequest): string | undefined => {
    const { concurrent, seconds } = limits;
    if (seconds !== undefined && (maxSeconds ?? 0) > seconds)
      return `maxSeconds is over the organization's limit of ${seconds}`;
    if (concurrent !== undefined && conversations.running().length >= concurrent)
      return `The organization's ${concurrent} conversations are running`;
    return undefined;
  };

  async function start({ body }: Call): Promise<Answer> {
    const checked = checkStart(body);
    if ("messages" in checked) return refusal(400, checked.messages);
    const { request } = checked;
    const character = characters.get(request.characterId);
    if (character === undefined) return refusal(404, "Character not found");
    const limited = limitMessage(request);
    if (limited !== undefined) return refusal(limits.refuseStatus ?? 429, limited);
    const conversation = conversations.start(request, {
      character,
      serverUrl: request.host?.serverUrl ?? setup.serverUrl,
      maxSeconds:
        request.maxSeconds ?? Math.min(switches.defaultMaxSeconds, limits.seconds ?? Number.POSITIVE_INFINITY),
    });
    const { room } = conversation;
    const tokenOf = (participant: CreateEquosConversationRequest["consumer"]) =>
      participant && room !== null ? setup.signToken(participant, room) : null;
    const state = conversations.stateOf(conversation);
    const [consumer, remoteAgent] = await Promise.all([tokenOf(request.consumer), tokenOf(request.remoteAgent)]);
    const answer = startAnswer(conversation, state, { consumer, remoteAgent });
    setup.onStarted(conversation.id, answer);
    return { status: successStatus.startConversation, value: answer };
  }

  function stop({ id }: Call): Answer {
    const conversation = conversations.find(id ?? "");
    if (conversation === undefined || !conversations.stop(conversation)) return missing("stopConversation");
    return { status: successStatus.stopConversation, value: answerOf(conversation) };
  }

  function get({ id }: Call): Answer {
    const conversation = conversations.find(id ?? "");
    if (conversation === undefined) return missing("getConversationById");
    return { status: successStatus.getConversationById, value: answerOf(conversation) };
  }

  function list({ query }: Call): Answer {
    const page = pageOf(query, switches);
    if ("messages" in page) return refusal(400, page.messages);
    const client = query.get("client");
    const matching = conversations.all().filter(({ request }) => client === null || request.client === client);
    if (switches.order === "newest") matching.reverse();
    const onPage = matching.slice(page.skip, page.skip + page.take).map(answerOf);
    const value = listAnswer(onPage, { ...page, total: matching.length });
    return { status: successStatus.listConversations, value };
  }

  return { startConversation: start, stopConversation: stop, getConversationById: get, listConversations: list };
}
