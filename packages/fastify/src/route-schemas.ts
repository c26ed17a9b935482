import type { FastifySchema } from "fastify";

/** What `@fastify/swagger` shows of a route; nothing is checked by it. */
interface RouteSchema extends FastifySchema {
  readonly summary: string;
  readonly tags: readonly string[];
}

/** For routes that are no part of what the API offers. `hide` is `@fastify/swagger`'s word. */
export const hidden: FastifySchema & { readonly hide: true } = { hide: true };

const tags = ["equos"];
const text = { type: "string" };
const fields = (properties: object) => ({ type: "object", properties });
const problem = {
  description: "Problem details (RFC 9457); programs decide by `code`",
  ...fields({ type: text, title: text, status: { type: "integer" }, detail: text, code: text, instance: text }),
};
const grant = {
  description: "What a client needs to join",
  ...fields({
    conversation: fields({
      id: text,
      status: { type: "string", enum: ["running"] },
      serverUrl: text,
      maxSeconds: { type: "number" },
      startedAt: { type: "string", format: "date-time" },
      character: fields({ name: text, livekitIdentity: text }),
    }),
    consumerAccessToken: text,
  }),
};
const stopped = {
  description: "It has ended, is being stopped, or runs on",
  ...fields({ conversation: fields({ id: text, status: { type: "string", enum: ["running", "stopping", "ended"] } }) }),
};
const token = { description: "LiveKit's token answer", ...fields({ server_url: text, participant_token: text }) };
const nothing = { description: "Done", type: "null" };
const agent = fields({ agent_name: text, metadata: text });

/** By action, as `docs/http.md` tells them. */
export const routeSchemas: Readonly<Record<string, RouteSchema>> = {
  start: {
    summary: "Start a conversation, or take up the one that runs",
    tags,
    body: fields({ character: text, input: {}, fresh: { type: "boolean" } }),
    response: { 200: grant, 201: grant, default: problem },
  },
  stop: {
    summary: "Stop a conversation",
    tags,
    body: fields({ id: text, token: text, delivery: { type: "integer" }, leaving: { type: "boolean" } }),
    response: { 200: stopped, default: problem },
  },
  keepalive: {
    summary: "Say that somebody is still there",
    tags,
    body: fields({ id: text, token: text, delivery: { type: "integer" } }),
    response: { 204: nothing, default: problem },
  },
  token: {
    summary: "LiveKit's standard token endpoint",
    tags,
    body: fields({
      room_config: fields({ agents: { type: "array", items: agent } }),
      participant_identity: text,
      participant_name: text,
    }),
    response: { 200: token, 201: token, default: problem },
  },
};
