import { z } from "zod";
import { lazily } from "../environment.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { authenticate } from "./authenticate.js";
import type { Services } from "./handle.js";
import { createReply } from "./reply.js";
import { handOut } from "./routes.js";

/**
 * Implements LiveKit's standard token endpoint. Its clients fetch at mount, at hang-up, and after a lost connection, as if a
 * fetch were free; here the first one bills. So all of them get the same conversation, and none for a while after its end.
 *
 * @see https://docs.livekit.io/frontends/build/authentication/endpoint
 */
export async function tokenRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { caller, body } = await authenticate(services, exchange, "token", tokenBody);
  const { participant_identity: identity, room_config } = body;
  if (identity !== undefined && identity !== caller.consumer.identity) {
    throw new BrokerError("forbidden", { publicMessage: "Leave `participant_identity` out: the server decides it." });
  }
  const { agent_name: character, metadata } = room_config?.agents?.[0] ?? {};
  const start = { character, input: parseInput(metadata) };
  const { handout, headers, undelivered } = await handOut(services, exchange, caller, start, "token").catch(
    rethrowForToken,
  );
  const { conversation, consumerAccessToken } = handout.payload;
  const { id, serverUrl, character: avatar } = conversation;
  const answer = { server_url: serverUrl, participant_token: consumerAccessToken };
  const allHeaders = {
    ...headers,
    // LiveKit's clients drop other fields of the body.
    ...encodeHeader("equos-conversation", id),
    ...encodeHeader("equos-livekit-identity", avatar.livekitIdentity),
  };
  return { ...createReply(services.settings.tokenStatus, answer, allHeaders), undelivered };
}

/** Throws the same refusal, but about the fields that the client has sent. */
function rethrowForToken(error: unknown): never {
  if (!isBrokerError(error)) throw error;
  if (error.code === "unknown-character") throw new BrokerError("unknown-agent", { hint: error.message });
  if (error.code !== "invalid-input") throw error;
  const publicMessage = error.publicMessage.replace("`input`", "`room_config.agents[0].metadata`");
  throw new BrokerError("invalid-input", { publicMessage, hint: error.message });
}

function parseInput(metadata: string | undefined): unknown {
  try {
    return metadata === undefined ? undefined : JSON.parse(metadata);
  } catch {
    const publicMessage = "The field `room_config.agents[0].metadata` must be JSON.";
    throw new BrokerError("invalid-input", { publicMessage });
  }
}

/** Percent-encodes what is not plain ASCII. Leaves out long values, which some clients and proxies refuse. */
function encodeHeader(name: string, value: string): Record<string, string> {
  // `encodeURIComponent` throws at half a surrogate pair.
  const text = value.replace(/\p{Cs}/gu, "\ufffd").replace(/[^!-$&-~]/gu, encodeURIComponent);
  return text.length > 1024 ? {} : { [name]: text };
}

const optionalText = () => z.string().optional();

/**
 * The part of LiveKit's `TokenSourceRequest` that a client may set: the agent's name chooses the character, and the agent's
 * metadata is the input. The name of the participant is ignored. `authorize` and the server decide the rest.
 */
const tokenBody = lazily(() => {
  const agent = message({ agent_name: optionalText(), metadata: optionalText() });
  const agentOrUnset = z.preprocess((value) => (isUnset(value) ? {} : value), agent);
  const room = message({ agents: z.tuple([agentOrUnset], z.never()).optional() });
  return message({
    participant_identity: optionalText(),
    participant_name: optionalText(),
    room_config: room.optional(),
  });
});

/**
 * Accepts a message in protobuf's JSON form with only these fields. Each field has two names, in snake and in camel case.
 * Several SDKs send all fields, so a field that is not set counts as left out.
 */
function message<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.preprocess((value, context) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const fields = new Map<string, unknown>();
    for (const [key, field] of Object.entries(value)) {
      const name = snakeCase(key);
      if (isUnset(field, name)) continue;
      if (fields.has(name)) context.addIssue({ code: "custom", message: "set by both names" });
      fields.set(name, field);
    }
    // Unlike an assignment, this keeps a field such as `__proto__`.
    return Object.fromEntries(fields);
  }, z.strictObject(shape));
}

/**
 * The enum fields in a token request, and the names of their zero values, which protobuf's JSON form may contain.
 *
 * @see https://github.com/livekit/protocol/tree/main/protobufs
 */
const ZERO_NAMES: Readonly<Record<string, readonly string[]>> = {
  audio_codec: ["DEFAULT_AC"],
  audio_mixing: ["DEFAULT_MIXING"],
  file_type: ["DEFAULT_FILETYPE"],
  filename_suffix: ["INDEX", "IMAGE_SUFFIX_INDEX"],
  image_codec: ["IC_DEFAULT"],
  preset: ["H264_720P_30"],
  protocol: ["DEFAULT_PROTOCOL", "DEFAULT_SEGMENTED_FILE_PROTOCOL"],
  restart_policy: ["JRP_ON_FAILURE"],
  video_codec: ["DEFAULT_VC"],
};

/** Whether the value of a field is nothing, or protobuf's default for one that is not set. Looks four levels deep. */
function isUnset(value: unknown, name = "", depth = 0): boolean {
  if (typeof value === "string" && Object.hasOwn(ZERO_NAMES, name) && ZERO_NAMES[name]?.includes(value)) return true;
  if (value === null || typeof value !== "object") return !value;
  // The keys of a map are no names of fields.
  const isMap = /^(participant_)?attributes$|^tags$/.test(name);
  const entries = Object.entries(value);
  return depth < 8 && entries.every(([key, child]) => isUnset(child, isMap ? "" : snakeCase(key), depth + 1));
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
