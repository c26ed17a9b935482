import { BrokerError, isBrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import type { Parts } from "../parts.js";
import { ask } from "./ask.js";
import type { Attempts } from "./attempts.js";
import { handOver } from "./hand-over.js";
import { jsonReply } from "./reply.js";
import { tokenBody, tokenRequest } from "./token-request.js";

/**
 * LiveKit's standard token endpoint. Its clients take a fetch for free, and fetch at mount, at hang-up and after a lost
 * connection; here the first one bills. So all of them get the same conversation, and after its owner's stop none for a while.
 *
 * Contract: https://docs.livekit.io/frontends/build/authentication/endpoint
 */
export async function tokenRoute(parts: Parts, exchange: Exchange, attempts: Attempts): Promise<Reply> {
  const { who, body } = await ask(parts, exchange, attempts, "token", tokenBody);
  const { start, identity } = tokenRequest(body);
  if (identity !== undefined && identity !== who.consumer.identity) {
    throw new BrokerError("forbidden", { publicMessage: "Leave `participant_identity` out: the server decides it." });
  }
  const { grant, headers, undelivered } = await handOver(parts, exchange, who, start, true).catch((error: unknown) => {
    throw inLiveKitsWords(error);
  });
  const { id, serverUrl, character } = grant.conversation;
  const answer = { server_url: serverUrl, participant_token: grant.consumerAccessToken };
  const more = {
    ...headers,
    // LiveKit's own clients drop what else stands in the body.
    ...headerText("equos-conversation", id),
    ...headerText("equos-livekit-identity", character.livekitIdentity),
  };
  return { ...jsonReply(parts.options.tokenStatus ?? 201, answer, more), undelivered };
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
