import type { Fault, FaultReach } from "./fault.js";
import { never } from "./waiting.js";

/** Constructors of common faults; each takes a {@link FaultReach} last. */
export interface FaultConstructors {
  /** This status with a NestJS-like error body; a 2xx instead keeps the operation and its answer. */
  status(status: number, reach?: FaultReach & Pick<Fault, "body" | "contentType" | "retryAfter">): Fault;
  /** 429 with `Retry-After` in seconds. */
  tooMany(retryAfter: number | string, reach?: FaultReach): Fault;
  /** An HTML page, as a proxy in front of the API sends it; default status 502. */
  html(reach?: FaultReach & Pick<Fault, "status">): Fault;
  /** The operation's success status with no body. */
  empty(reach?: FaultReach & Pick<Fault, "status">): Fault;
  /** A complete answer with the success status whose JSON breaks off. */
  truncated(reach?: FaultReach): Fault;
  /** The socket closes in the middle of the operation's answer, so the operation is always carried out. */
  half(reach?: FaultReach): Fault;
  /** The socket closes without an answer. */
  drop(reach?: FaultReach): Fault;
  /** A redirect; default status 302. */
  redirect(to: string, reach?: FaultReach & Pick<Fault, "status">): Fault;
  /** No answer, and no end: until the client or the emulator closes, or `until` settles. */
  silence(reach?: FaultReach): Fault;
  /** The right answer, late by milliseconds of the emulator's clock. */
  delay(ms: number, reach?: FaultReach): Fault;
  /** The operation's answer, changed. */
  answer(change: (answer: unknown) => unknown, reach?: FaultReach): Fault;
  /** A start whose `conversation.serverUrl` is `null`; the newest schema allows it. */
  nullServerUrl(reach?: FaultReach): Fault;
  /** A start whose `consumerAccessToken` is `null` although a consumer was named. */
  nullToken(reach?: FaultReach): Fault;
}

const page =
  "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const withoutServerUrl = (answer: unknown): unknown =>
  isRecord(answer) && isRecord(answer.conversation)
    ? { ...answer, conversation: { ...answer.conversation, serverUrl: null } }
    : answer;

const withoutToken = (answer: unknown): unknown =>
  isRecord(answer) ? { ...answer, consumerAccessToken: null } : answer;

function faultConstructors(base: Pick<Fault, "after">): FaultConstructors {
  return {
    status: (status, reach) => ({ ...base, ...reach, status }),
    tooMany: (retryAfter, reach) => ({ ...base, ...reach, status: 429, retryAfter }),
    html: (reach) => ({ ...base, status: 502, ...reach, body: page, contentType: "text/html; charset=utf-8" }),
    empty: (reach) => ({ ...base, ...reach, body: "" }),
    truncated: (reach) => ({ ...base, ...reach, body: '{"conversation":{"id":"con_0' }),
    half: (reach) => ({ ...base, ...reach, drop: "half" }),
    drop: (reach) => ({ ...base, ...reach, drop: true }),
    redirect: (redirectTo, reach) => ({ ...base, ...reach, redirectTo }),
    silence: (reach) => ({ ...base, until: never, ...reach }),
    delay: (delayMs, reach) => ({ ...base, ...reach, delayMs }),
    answer: (set, reach) => ({ ...base, ...reach, set }),
    nullServerUrl: (reach) => ({ ...base, ...reach, set: withoutServerUrl }),
    nullToken: (reach) => ({ ...base, ...reach, set: withoutToken }),
  };
}

/**
 * Faults by name. Those under `afterCreate` happen after the operation was carried out.
 *
 * @example
 * ```ts
 * emulator.faults.queue("startConversation", fault.afterCreate.drop());
 * emulator.faults.queue("stopConversation", fault.status(503, { times: 2 }));
 * ```
 */
export const fault: FaultConstructors & { readonly afterCreate: FaultConstructors } = {
  ...faultConstructors({}),
  afterCreate: faultConstructors({ after: "create" }),
};
