import { z } from "zod";
import type { StartRequestBody } from "../conversations/start-request.js";
import { lazily } from "../environment.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { authenticate } from "./authenticate.js";
import type { Services } from "./handle.js";
import { jsonReply } from "./reply.js";
import { handOut } from "./start.js";

/**
 * LiveKit's standard token endpoint. Its clients take a fetch for free, and fetch at mount, at hang-up and after a lost
 * connection; here the first one bills. So all of them get the same conversation, and after its owner's stop none for a while.
 *
 * Contract: https://docs.livekit.io/frontends/build/authentication/endpoint
 */
export async function tokenRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { caller, body } = await authenticate(services, exchange, "token", tokenBody);
  const { start, identity } = tokenRequest(body);
  if (identity !== undefined && identity !== caller.consumer.identity) {
    throw new BrokerError("forbidden", { publicMessage: "Leave `participant_identity` out: the server decides it." });
  }
  const handingOut = handOut(services, exchange, caller, start, "token");
  const { handout, headers, undelivered } = await handingOut.catch((error: unknown) => {
    throw inLiveKitsWords(error);
  });
  const { conversation, consumerAccessToken } = handout.payload;
  const { id, serverUrl, character } = conversation;
  const answer = { server_url: serverUrl, participant_token: consumerAccessToken };
  const more = {
    ...headers,
    // LiveKit's own clients drop what else stands in the body.
    ...headerText("equos-conversation", id),
    ...headerText("equos-livekit-identity", character.livekitIdentity),
  };
  return { ...jsonReply(services.settings.tokenStatus, answer, more), undelivered };
}

/** The same refusal, about the fields that the client has sent. */
function inLiveKitsWords(error: unknown): unknown {
  if (!isBrokerError(error)) return error;
  if (error.code === "unknown-character") return new BrokerError("unknown-agent");
  if (error.code !== "invalid-input") return error;
  const publicMessage = error.publicMessage.replace("`input`", "`room_config.agents[0].metadata`");
  return new BrokerError("invalid-input", { publicMessage });
}

/** A longer header than this would be refused by some client or proxy. Equos' own are UUIDs. */
const LONGEST = 1024;

/** Percent-encoded where it is not plain ASCII; left out where it is too long. */
function headerText(name: string, value: string): Record<string, string> {
  const bytes = new TextEncoder().encode(value);
  const text = Array.from(bytes, (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x25
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");
  return text.length > LONGEST ? {} : { [name]: text };
}

/** Any object: what may stand in it is for {@link tokenRequest} to say, in LiveKit's own words. */
const tokenBody = lazily(() =>
  z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  ),
);

/** What a token request asks for, in the broker's words. */
interface TokenRequest {
  readonly start: StartRequestBody;
  /** As the client would like to be called in the room; only its own identity will do. */
  readonly identity: string | undefined;
}

const AGENT = "room_config.agents[0]";

/** Fields of LiveKit's `TokenSourceRequest` and `RoomConfiguration`, which may be named in an answer. */
const KNOWN =
  /^(room_name|participant_(metadata|attributes)|room_config\.(agents\[1\]|name|empty_timeout|departure_timeout|max_participants|metadata|egress|min_playout_delay|max_playout_delay|sync_streams|tags)|room_config\.agents\[0\]\.(deployment|attributes))$/;

/**
 * Reads LiveKit's `TokenSourceRequest`. On Equos a client chooses the character, by the agent's name, and the input, as the
 * agent's metadata; `authorize` decides the rest. What cannot be set is refused unless it is empty, since several SDKs send
 * all their fields.
 *
 * Shape: https://docs.livekit.io/frontends/build/authentication/endpoint
 *
 * @throws BrokerError `invalid-body` or `invalid-input`
 */
export function tokenRequest(body: Readonly<Record<string, unknown>>): TokenRequest {
  const { room_config, participant_identity, participant_name, ...rest } = fieldsOf(body, "");
  refuseSet(rest, "");
  textOf(participant_name, "participant_name"); // Who they are is for `authorize` to say.
  const { agents, ...config } = fieldsOf(room_config, "room_config");
  refuseSet(config, "room_config.");
  const [agent, second] = listOf(agents);
  if (second !== undefined) throw cannotBeSet("room_config.agents[1]");
  const { agent_name, metadata, ...others } = fieldsOf(agent, AGENT);
  refuseSet(others, `${AGENT}.`);
  const identity = textOf(participant_identity, "participant_identity");
  const character = textOf(agent_name, `${AGENT}.agent_name`);
  return { start: { character, input: inputOf(textOf(metadata, `${AGENT}.metadata`)) }, identity };
}

/** Protobuf's JSON form has two names for each field, and readers take both. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function fieldsOf(value: unknown, where: string): Record<string, unknown> {
  if (isUnset(value)) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(where);
  const fields = new Map<string, unknown>();
  for (const [name, field] of Object.entries(value)) {
    const twice = fields.get(snakeCase(name));
    if (!isUnset(twice) && !isUnset(field)) throw wrong(where);
    fields.set(snakeCase(name), isUnset(twice) ? field : twice);
  }
  // A name such as __proto__ stays a field like any other.
  return Object.fromEntries(fields);
}

function listOf(value: unknown): readonly unknown[] {
  if (isUnset(value)) return [];
  if (!Array.isArray(value)) throw wrong("room_config.agents");
  return value;
}

function textOf(value: unknown, where: string): string | undefined {
  if (isUnset(value)) return undefined;
  if (typeof value !== "string") throw wrong(where);
  return value;
}

/** The client's own JSON, for the option `input` to check. */
function inputOf(metadata: string | undefined): unknown {
  if (metadata === undefined) return undefined;
  try {
    return JSON.parse(metadata);
  } catch {
    throw new BrokerError("invalid-input", { publicMessage: `The field \`${AGENT}.metadata\` must be JSON.` });
  }
}

function refuseSet(fields: Readonly<Record<string, unknown>>, parent: string): void {
  for (const [name, value] of Object.entries(fields)) if (!isUnset(value)) throw cannotBeSet(parent + name);
}

/** Nothing, or the default that protobuf gives to what is not set. Of what is nested only a few levels are looked at. */
function isUnset(value: unknown, depth = 0): boolean {
  if (value === null || typeof value !== "object") return !value;
  return depth < 4 && Object.values(value).every((child) => isUnset(child, depth + 1));
}

const wrong = (where: string) =>
  new BrokerError("invalid-body", where === "" ? {} : { publicMessage: `The field \`${where}\` is wrong.` });

/** Only names that are LiveKit's are said back: a caller's own text might be anything. */
const cannotBeSet = (where: string) =>
  new BrokerError("invalid-body", {
    publicMessage: KNOWN.test(where)
      ? `The field \`${where}\` cannot be set here. Leave it out.`
      : "A field that cannot be set here is set. Leave it out.",
  });
