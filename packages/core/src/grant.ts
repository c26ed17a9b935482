import { z } from "zod";
import { lazily } from "./environment.js";
import { BrokerError } from "./errors.js";

/**
 * All that a client needs to join, and all that it gets: the allow-list. Everything else of the upstream answer (the
 * character's prompt, knowledge base, price, organization, other tokens) stays on the server.
 *
 * The three values that a client needs are `conversation.serverUrl`, `consumerAccessToken` and
 * `conversation.character.livekitIdentity` (docs.equos.ai, integration/backend).
 */
export interface Grant {
  readonly conversation: {
    /** Upstream's id: the handle for stop and keepalive. */
    readonly id: string;
    readonly status: "running";
    /** LiveKit WebSocket URL. */
    readonly serverUrl: string;
    /** Upstream ends the conversation after so many seconds. */
    readonly maxSeconds: number;
    /** ISO 8601. */
    readonly startedAt: string;
    readonly character: {
      readonly name: string;
      /** The avatar's identity in the LiveKit room. */
      readonly livekitIdentity: string;
    };
  };
  /** LiveKit JWT of this consumer: a bearer secret. */
  readonly consumerAccessToken: string;
}

const text = () => z.string().min(1).max(4096);
// The official SDK makes Date objects of dates.
const instant = () =>
  z.union([z.string(), z.date()]).transform((value, context) => {
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date.toISOString();
    context.addIssue({ code: "custom", message: "not a date" });
    return z.NEVER;
  });

const liveKitUrl = lazily(() => z.url({ protocol: /^(wss?|https?)$/ }));
const answerSchema = lazily(() =>
  z.object({
    conversation: z.object({
      id: text(),
      status: text(),
      serverUrl: z.string().nullish(),
      maxSeconds: z.number().positive(),
      startedAt: instant(),
      character: z.object({ name: z.string(), livekitIdentity: text() }),
    }),
    consumerAccessToken: z.string().nullish(),
  }),
);
const idSchema = lazily(() => z.object({ conversation: z.object({ id: text() }) }));

/** The conversation's id in an answer that may be wrong in every other way, so that it can still be stopped. */
export function conversationIdOf(answer: unknown): string | undefined {
  return idSchema().safeParse(answer).data?.conversation.id;
}

/**
 * Reduces what Equos answered to a start to what a client may have.
 *
 * @throws BrokerError `upstream-invalid-answer`, `upstream-incomplete-answer` (no server URL or no token) or
 * `upstream-not-running`.
 *
 * @example
 * ```ts
 * const answer = await equos.conversations.startConversation({ createEquosConversationRequest });
 * response.json(toGrant(answer));
 * ```
 */
export function toGrant(answer: unknown): Grant {
  const parsed = answerSchema().safeParse(answer);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join(".") || "(the whole)");
    throw new BrokerError("upstream-invalid-answer", { hint: `Equos' answer is wrong at: ${fields.join(", ")}` });
  }
  const { conversation, consumerAccessToken } = parsed.data;
  const { id, status, maxSeconds, startedAt, character } = conversation;
  if (status !== "running") {
    throw new BrokerError("upstream-not-running", { hint: "Equos started a conversation that does not run" });
  }
  const serverUrl = liveKitUrl().safeParse(conversation.serverUrl);
  if (!serverUrl.success || !consumerAccessToken) {
    const missing = serverUrl.success ? "consumerAccessToken" : "conversation.serverUrl";
    throw new BrokerError("upstream-incomplete-answer", { hint: `Equos' answer has no usable ${missing}` });
  }
  return {
    conversation: {
      id,
      status,
      serverUrl: serverUrl.data,
      maxSeconds,
      startedAt,
      character: { name: character.name, livekitIdentity: character.livekitIdentity },
    },
    consumerAccessToken,
  };
}
