// A conversation's life through the client that openapi-generator makes of docs/openapi.yaml.
import { Configuration, ConversationsApi, ResponseError } from "./broker/index.js";

const { BROKER_URL = "", BROKER_USER = "" } = process.env;
const api = new ConversationsApi(new Configuration({ basePath: BROKER_URL, headers: { "x-user": BROKER_USER } }));

const grant = await api.startConversation({ startRequest: { character: "guide" } });
const { conversation } = grant;
const token = await api.fetchToken({ tokenSourceRequest: { roomConfig: { agents: [{ agentName: "guide" }] } } });
const heartbeat = await api.keepConversationAliveRaw({ keepAliveRequest: { id: conversation.id } });
const refused = await api.startConversation({ startRequest: { character: "nobody" } }).catch((error) => error);
const problem = refused instanceof ResponseError ? await refused.response.json() : {};
const stopped = await api.stopConversation({ stopRequest: { id: conversation.id } });

console.log(
  JSON.stringify({
    id: conversation.id,
    identity: conversation.character.livekitIdentity,
    sameToken: token.participantToken === grant.consumerAccessToken,
    sameServer: token.serverUrl === conversation.serverUrl,
    heartbeat: heartbeat.raw.status,
    refused: problem.code,
    refusedStatus: problem.status,
    stopped: stopped.conversation.status,
    stoppedTheSame: stopped.conversation.id === conversation.id,
  }),
);
