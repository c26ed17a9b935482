import type { Route } from "../errors/error-text.js";
import { refusalsOf } from "./answers.js";
import { cors, headersOf } from "./headers.js";
import { ref, type Schema } from "./schema.js";

const json = (schema: Schema, examples?: Schema): Schema => ({
  "application/json": { schema, ...(examples === undefined ? {} : { examples }) },
});
const example = (summary: string, value: unknown): Schema => ({ summary, value });

/** As a closing page can still send it: the same JSON, as text. */
const asText = (name: string): Schema => ({
  "text/plain": {
    schema: {
      description: `A \`${name}\` as JSON text.`,
      type: "string",
      contentMediaType: "application/json",
      contentSchema: ref("schemas", name),
    },
  },
});

const answer = (description: string, schema: string, ...names: string[]): Schema => ({
  description,
  headers: headersOf(...names, ...cors),
  content: json(ref("schemas", schema)),
});

const equosClient = {
  name: "Equos-Client",
  in: "header",
  description: "With any value: this page will send keep-alives. One that never does is known not to have joined.",
  schema: { type: "string" },
};

const quotas = ["RateLimit", "RateLimit-Policy"];
const login = { yourLogin: [] };

interface Operation {
  readonly route: Route;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly Schema[];
  readonly security: readonly Schema[];
  readonly requestBody?: Schema;
  readonly responses: Schema;
}

const written: readonly Operation[] = [
  {
    route: "start",
    summary: "Start a conversation, or take up the one that runs",
    description: "A double click or a reload gets the running conversation again, and costs nothing.",
    parameters: [equosClient],
    security: [login],
    requestBody: {
      required: true,
      content: json(ref("schemas", "StartRequest"), {
        character: example("A character by its alias", { character: "guide" }),
        fresh: example("Never the running one again", { character: "guide", fresh: true }),
      }),
    },
    responses: {
      200: answer("The running conversation, handed out again", "Grant", "Equos-Delivery"),
      201: answer("A new conversation", "Grant", "Equos-Delivery", ...quotas),
    },
  },
  {
    route: "stop",
    summary: "Stop a conversation",
    description:
      "At once, or with `leaving` when no page comes back in time. Stopping again gets the same answer. With `delivery`, a stop from an older page is refused as `outdated`.",
    security: [login, { conversationToken: [] }, {}],
    requestBody: {
      required: false,
      content: {
        ...json(ref("schemas", "StopRequest"), {
          token: example("Proved by its token", { token: "eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e319.c2lnbmF0dXJl" }),
          leaving: example("A page that closes or reloads", { id: "0f4a…", delivery: 1, leaving: true }),
        }),
        ...asText("StopRequest"),
      },
    },
    responses: { 200: answer("What has become of it", "Stopped") },
  },
  {
    route: "keepalive",
    summary: "Say that somebody is still there",
    description:
      "The first one arms it: a conversation whose page then says nothing for `keepAliveSeconds` (90) is stopped. Send one every 30 seconds, or none at all.",
    security: [login, { conversationToken: [] }, {}],
    requestBody: {
      required: false,
      content: { ...json(ref("schemas", "KeepAliveRequest")), ...asText("KeepAliveRequest") },
    },
    responses: { 204: { description: "It runs on", headers: headersOf(...cors) } },
  },
  {
    route: "token",
    summary: "LiveKit's standard token endpoint",
    description:
      "For apps with one of LiveKit's SDKs (https://docs.livekit.io/frontends/build/authentication/endpoint). Every fetch of one consumer for one character and metadata gets the same credentials while the conversation runs, and for ten seconds after its end none.",
    parameters: [equosClient],
    security: [login],
    requestBody: {
      required: true,
      content: json(ref("schemas", "TokenSourceRequest"), {
        nothing: example("The only character", {}),
        agent: example("A character by its alias", { room_config: { agents: [{ agent_name: "guide" }] } }),
      }),
    },
    responses: Object.fromEntries(
      [200, 201].map((status) => [
        status,
        answer(
          status === 201 ? "Credentials for the room" : "The same, where the server has `tokenStatus: 200`",
          "TokenSourceResponse",
          ...["Equos-Delivery", "Equos-Conversation", "Equos-Livekit-Identity", ...quotas],
        ),
      ]),
    ),
  },
];

/** What a browser asks before a page of another origin may post. */
const preflight = (route: Route): Schema => ({
  operationId: `preflight${capital(route)}`,
  summary: "A browser's question, for a page of another origin",
  tags: ["Pages of another origin"],
  security: [{}],
  responses: {
    204: ref("responses", "preflight"),
    403: ref("responses", "origin-refused"),
    405: ref("responses", "method-not-allowed"),
  },
});

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Generators name types after operations, so none of these plus `Request` or `Response` is the name of a schema. */
const operationIds: Readonly<Partial<Record<Route, string>>> = {
  start: "startConversation",
  stop: "stopConversation",
  keepalive: "keepConversationAlive",
  token: "fetchToken",
};

const cron = (method: string): Schema => ({
  operationId: `sweepBy${capital(method)}`,
  summary: "Sweep and reconcile, for a scheduler",
  description: "Only where `cronHandler` is mounted beside the broker.",
  tags: ["Scheduler"],
  security: [{ cronSecret: [] }],
  responses: {
    200: { description: "Done", headers: headersOf(), content: json(ref("schemas", "Swept")) },
    ...refusalsOf("cron"),
  },
});

export const paths: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(
    written.map(({ route, responses, ...rest }) => [
      `/${route}`,
      {
        post: {
          operationId: operationIds[route],
          tags: ["Conversations"],
          ...rest,
          responses: { ...responses, ...refusalsOf(route) },
        },
        options: preflight(route),
      },
    ]),
  ),
  "/cron": { get: cron("get"), post: cron("post") },
};
