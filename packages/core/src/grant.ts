import { z } from "zod";
import { lazily } from "./environment.js";
import { BrokerError } from "./errors.js";

/**
 * The client payload: everything that a client receives. All other fields of Equos' answer (the character's prompt,
 * knowledge base, price, organization, other tokens) stay on the server.
 *
 * To join, a client needs `conversation.serverUrl`, `consumerAccessToken`, and `conversation.character.livekitIdentity`
 * (docs.equos.ai, integration/backend).
 */
export interface Grant {
  readonly conversation: {
    /** Equos' id, for stop and keepalive. */
    readonly id: string;
    readonly status: "running";
    /** LiveKit WebSocket URL. */
    readonly serverUrl: string;
    /** Equos ends the conversation after this time. */
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

// The allow-list: zod removes all other fields.
const grantSchema = lazily(() =>
  z.object({
    conversation: z.object({
      id: text(),
      status: text(),
      serverUrl: z
        .url({ protocol: /^(wss?|https?)$/ })
        .optional()
        .catch(undefined),
      maxSeconds: z.number().positive(),
      // The official SDK makes Date objects of dates.
      startedAt: z
        .union([z.string(), z.date()])
        .pipe(z.coerce.date())
        .transform((date) => date.toISOString()),
      character: z.object({ name: z.string(), livekitIdentity: text() }),
    }),
    consumerAccessToken: z.string().nullish(),
  }),
);
const idSchema = lazily(() => z.object({ conversation: z.object({ id: text() }) }));

/** Returns the conversation's id in an answer that may be wrong otherwise, so that the conversation can be stopped. */
export function conversationIdOf(answer: unknown): string | undefined {
  return idSchema().safeParse(answer).data?.conversation.id;
}

/**
 * Reduces Equos' answer to a start to what a client may receive.
 *
 * @throws BrokerError `upstream-invalid-answer`, `upstream-incomplete-answer` (no server URL or no token), or
 * `upstream-not-running`
 *
 * @example
 * ```ts
 * const answer = await equos.conversations.startConversation({ createEquosConversationRequest });
 * response.json(toGrant(answer));
 * ```
 */
export function toGrant(answer: unknown): Grant {
  const { data, error } = grantSchema().safeParse(answer);
  if (data === undefined) {
    const fields = error.issues.map(({ path }) => path.join(".") || "(all)");
    throw new BrokerError("upstream-invalid-answer", { hint: `Equos' answer is wrong at: ${fields.join(", ")}` });
  }
  const { conversation, consumerAccessToken } = data;
  const { status, serverUrl } = conversation;
  if (status !== "running") {
    throw new BrokerError("upstream-not-running", { hint: "Equos started a conversation that does not run" });
  }
  if (!serverUrl || !consumerAccessToken) {
    const missing = serverUrl ? "consumerAccessToken" : "conversation.serverUrl";
    throw new BrokerError("upstream-incomplete-answer", { hint: `Equos' answer has no usable ${missing}` });
  }
  return { conversation: { ...conversation, status, serverUrl }, consumerAccessToken };
}
