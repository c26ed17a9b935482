import type { ReconcileReport } from "../../packages/core/src/conversations/reconcile.js";
import type { Stopped } from "../../packages/core/src/conversations/stop.js";
import type { Grant } from "../../packages/core/src/grant.js";
import { heartbeatBody, startBody, stopBody } from "../../packages/core/src/http/body.js";
import type { Problem } from "../../packages/core/src/http/reply.js";
import { bodyOf, exactly, objectOf, type Schema } from "./schema.js";
import { tokenSchemas } from "./token-schema.js";

const id = "Equos' id of the conversation.";
const token = "The conversation's `consumerAccessToken`: proof enough of whose it is.";
const text = { type: "string" };
const count = { type: "integer", minimum: 0 };

const grant = exactly<Grant>({
  conversation: exactly<Grant["conversation"]>({
    id: { description: "Equos' id: the handle for `stop` and `keepalive`.", type: "string", minLength: 1 },
    status: { type: "string", const: "running" },
    serverUrl: { description: "LiveKit's URL.", type: "string", format: "uri", pattern: "^(wss?|https?)://" },
    maxSeconds: { description: "Equos ends the conversation after so many.", type: "number", exclusiveMinimum: 0 },
    startedAt: { type: "string", format: "date-time" },
    character: exactly<Grant["conversation"]["character"]>({
      name: text,
      livekitIdentity: { description: "The avatar's identity in the LiveKit room.", type: "string", minLength: 1 },
    }),
  }),
  consumerAccessToken: { description: "LiveKit JWT of this consumer: a secret.", type: "string", minLength: 1 },
});

const problem = objectOf<Problem>(
  {
    type: { type: "string", format: "uri", pattern: "^urn:equos-broker:problem:" },
    title: text,
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { description: "For people: says what to do.", type: "string", minLength: 1 },
    code: { description: "Stable: programs decide by it. `errors.md` tells what to do about each.", type: "string" },
    instance: {
      description: "For 5xx and refused origins: the same in the server's log line of it.",
      type: "string",
      format: "uri",
    },
  },
  ["instance"],
);

/** What of a reconcile's report is told to a scheduler. */
type Reconciled = { readonly [K in Exclude<keyof ReconcileReport, "dryRun">]: number };

export const schemas: Readonly<Record<string, Schema>> = {
  StartRequest: {
    description: "An empty body is the same as `{}`.",
    ...bodyOf(startBody(), {
      character: "One of the names that this server gives to its characters; left out, its only one or `default`.",
      input: "What the server's own schema takes.",
      fresh: "Never the running conversation again: that one is stopped, and another one started.",
    }),
  },
  StopRequest: {
    description: "With neither `id` nor `token`: the caller's only conversation. An empty body is the same as `{}`.",
    ...bodyOf(stopBody(), {
      id,
      token,
      delivery:
        "The number of `Equos-Delivery` that this page was given: where a newer page has the conversation, the stop is refused as `outdated`; with `leaving` it is ignored.",
      leaving: "The page closes, or reloads: the stop waits a moment for somebody to come back.",
    }),
  },
  KeepAliveRequest: {
    description: "`id` and `token` as for `stop`.",
    ...bodyOf(heartbeatBody(), {
      id,
      token,
      delivery: "The number of `Equos-Delivery` that this page was given: tells which page is still there.",
    }),
  },
  ...tokenSchemas,
  Grant: { description: "All that a client needs to join, and all that it gets.", ...grant },
  Stopped: exactly<Stopped>({
    conversation: exactly<Stopped["conversation"]>({
      id: text,
      status: {
        description:
          "`stopping`: not confirmed yet, and the server goes on trying. `running`: a page that closes waits for one that comes back.",
        type: "string",
        enum: ["running", "stopping", "ended"] satisfies Stopped["conversation"]["status"][],
      },
    }),
  }),
  TokenSourceResponse: {
    description: "LiveKit's `TokenSourceResponse`.",
    ...exactly<{ server_url: string; participant_token: string }>({
      server_url: { type: "string", format: "uri", pattern: "^(wss?|https?)://" },
      participant_token: { description: "LiveKit JWT of this consumer: a secret.", type: "string", minLength: 1 },
    }),
  },
  Swept: exactly<{ swept: true; reconciled: Reconciled | null }>({
    swept: { type: "boolean", const: true },
    reconciled: {
      description: "Counts; `null` without the option `deployment`.",
      anyOf: [
        exactly<Reconciled>({ running: count, stopped: count, adopted: count, ended: count, clashes: count }),
        { type: "null" },
      ],
    },
  }),
  Problem: { description: "Problem details (RFC 9457).", ...problem },
};
