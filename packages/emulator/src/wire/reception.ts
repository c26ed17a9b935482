import { createHash, timingSafeEqual } from "node:crypto";
import { type Answer, isRefusal, type Refusal, refusal } from "../answer/answer.js";
import { type Reply, replyWith } from "../answer/reply.js";
import type { EmulatorClock } from "../clock/clock.js";
import type { Conversations } from "../conversations/conversations.js";
import type { Fault } from "../faults/fault.js";
import { faultFromJson, faultHeader } from "../faults/fault-from-json.js";
import type { Faults } from "../faults/fault-queue.js";
import { meet } from "../faults/faulted.js";
import { type WaitEnds, waitOut } from "../faults/waiting.js";
import { operations as documented } from "../generated/document.js";
import type { Operations } from "../operations/operations.js";
import type { EmulatorSwitches } from "../switches.js";
import { answerChecks } from "../validation/answer-checks.js";
import { bodyChecks } from "../validation/request-checks.js";
import type { RequestLog } from "./request-log.js";
import { type Route, routeOf } from "./routes.js";

/** A request read to its end. */
export interface Received {
  readonly verb: string;
  readonly target: string;
  readonly apiKey: string | undefined;
  /** The header {@link faultHeader}. */
  readonly fault: string | undefined;
  /** Where it was sent, such as `http://127.0.0.1:4010`. */
  readonly origin: string;
  readonly text: string;
}

export interface ReceptionSetup {
  readonly apiKey: string;
  readonly clock: EmulatorClock;
  readonly switches: EmulatorSwitches;
  readonly conversations: Conversations;
  readonly faults: Faults;
  readonly operations: Operations;
  readonly log: RequestLog;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Deeper than any body of the API; what walks through deeper ones may overflow the stack. */
const deepest = 100;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}

/** The body of a request, or what is wrong with its text. */
function parsed(text: string): { readonly body: unknown } | { readonly message: string } {
  try {
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return isDeeper(body, deepest) ? { message: "The body is nested too deeply" } : { body };
  } catch {
    return { message: "The body is not valid JSON" };
  }
}

/** The route of a request, or the refusal that a NestJS server has for its path. */
function routed(verb: string, target: string): Route | Refusal {
  const [path = ""] = target.split("?", 1);
  try {
    return routeOf(verb, target) ?? refusal(404, `Cannot ${verb} ${path}`);
  } catch (error) {
    if (error instanceof URIError) return refusal(400, `Failed to decode a segment of ${path}`);
    throw error;
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
  const { clock, conversations, faults, operations, switches } = setup;
  const expectedKey = digest(setup.apiKey);
  const wrongIn = bodyChecks({ strict: switches.strictRequests });
  const checkAnswer = answerChecks();

  const consumerOf = ({ operation, values }: Route, body: unknown): string | undefined =>
    operation === "startConversation"
      ? consumerIn(body)
      : conversations.find(values.id ?? "")?.request.consumer?.identity;

  const carryOut = ({ operation, values, query }: Route, body: unknown, origin: string): Answer => {
    const messages = wrongIn(operation, body);
    if (messages.length > 0) return refusal(switches.invalidStatus, messages);
    const answer = operations[operation]({ path: values, query, body, origin });
    if (!isRefusal(answer)) checkAnswer(operation, answer.value);
    return answer;
  };

  const met = async (route: Route, { apiKey, fault: ownFault, origin }: Received, body: unknown, ends: WaitEnds) => {
    const { operation, values } = route;
    if (!documented[operation].open && !timingSafeEqual(digest(apiKey ?? ""), expectedKey)) {
      return replyWith(refusal(401, "Unauthorized"), switches);
    }
    const found = ownFault === undefined ? undefined : faultFromJson(ownFault, "header");
    if (found !== undefined && "messages" in found) {
      return replyWith(
        refusal(
          400,
          found.messages.map((message) => `${faultHeader}: ${message}`),
        ),
        switches,
      );
    }
    const consumerIdentity = consumerOf(route, body);
    const fault: Fault | undefined = found?.fault ?? faults.take({ operation, id: values.id, consumerIdentity, body });
    if (fault === undefined) return replyWith(carryOut(route, body, origin), switches);
    const about = { success: documented[operation].success, shape: switches };
    return meet(
      fault,
      about,
      () => carryOut(route, body, origin),
      () => waitOut(fault, clock, ends),
    );
  };

  return async (received, ends) => {
    const { verb, target, text } = received;
    const json = parsed(text);
    if ("message" in json) return replyWith(refusal(400, json.message), switches);
    const route = routed(verb, target);
    if ("refused" in route) return replyWith(route, switches);
    const { body } = json;
    // Health is asked for all the time, and is nobody's call of the API.
    if (route.operation === "healthCheck") return met(route, received, body, ends);
    const request = {
      operation: route.operation,
      verb,
      path: route.path,
      at: new Date(clock.now()).toISOString(),
      ...consumerField(consumerOf(route, body)),
      body,
    };
    const entry = setup.log.add(request);
    const reply = await met(route, received, body, ends);
    entry.outcome = reply.kind === "drop" ? "dropped" : reply.status;
    return reply;
  };
}

const consumerField = (consumerIdentity: string | undefined) =>
  consumerIdentity === undefined ? {} : { consumerIdentity };
