import { createHash, timingSafeEqual } from "node:crypto";
import { refusal } from "./answer.js";
import type { EmulatorClock } from "./clock.js";
import type { Conversations } from "./conversations.js";
import type { Faults } from "./fault-queue.js";
import { meet } from "./faulted.js";
import type { OperationName } from "./operation-name.js";
import { type Operations, successStatus } from "./operations.js";
import { type Reply, replyWith } from "./reply.js";
import type { LoggedRequest } from "./request-log.js";
import { routeOf } from "./routes.js";
import { type WaitEnds, waitOut } from "./waiting.js";

/** A request read to its end. */
export interface Received {
  readonly verb: string;
  readonly target: string;
  readonly apiKey: string | undefined;
  readonly text: string;
}

export interface ReceptionSetup {
  readonly apiKey: string;
  readonly clock: EmulatorClock;
  readonly conversations: Conversations;
  readonly faults: Faults;
  readonly operations: Operations;
  log(request: LoggedRequest): void;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function parsed(text: string): { body: unknown } | undefined {
  try {
    return { body: text === "" ? undefined : JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function consumerIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("consumer" in body)) return undefined;
  const { consumer } = body;
  if (typeof consumer !== "object" || consumer === null || !("identity" in consumer)) return undefined;
  return typeof consumer.identity === "string" ? consumer.identity : undefined;
}

/** From a request to its reply, in the order of a NestJS server: JSON, route, key, then the operation with its fault. */
export function receptionOf(setup: ReceptionSetup): (received: Received, ends: WaitEnds) => Promise<Reply> {
  const { clock, conversations, faults, operations } = setup;
  const expectedKey = digest(setup.apiKey);

  const consumerOf = (operation: OperationName, id: string | undefined, body: unknown): string | undefined =>
    operation === "startConversation" ? consumerIn(body) : conversations.find(id ?? "")?.request.consumer?.identity;

  return async ({ verb, target, apiKey, text }, ends) => {
    const json = parsed(text);
    if (json === undefined) return replyWith(refusal(400, "The body is not valid JSON"));
    const { body } = json;
    const route = routeOf(verb, target);
    if (route === undefined) return replyWith(refusal(404, `Cannot ${verb} ${target.split("?", 1)[0]}`));
    const { operation, id, path, query } = route;
    if (operation === "healthCheck") return replyWith({ status: 200, value: { status: "ok", version: "emulator" } });

    const consumerIdentity = consumerOf(operation, id, body);
    const at = new Date(clock.now()).toISOString();
    setup.log({ operation, verb, path, at, ...(consumerIdentity === undefined ? {} : { consumerIdentity }), body });
    if (!timingSafeEqual(digest(apiKey ?? ""), expectedKey)) return replyWith(refusal(401, "Unauthorized"));

    const carryOut = async () => operations[operation]({ id, query, body });
    const fault = faults.take({ operation, id, consumerIdentity, body });
    if (fault === undefined) return replyWith(await carryOut());
    return meet(fault, successStatus[operation], carryOut, () => waitOut(fault, clock, ends));
  };
}
