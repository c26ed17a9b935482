import { lastMoment } from "../clock/controlled-clock.js";
import type { Emulator } from "../emulator.js";
import { faultFromJson } from "../faults/fault-from-json.js";
import type { FaultTarget } from "../faults/fault-queue.js";

interface Result {
  readonly status: number;
  readonly value: unknown;
}

const done: Result = { status: 200, value: { done: true } };
const wrong = (message: string): Result => ({ status: 400, value: { message } });

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    // An object from JSON has text keys.
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Up to the last moment that a date can be. */
const isDistance = (ms: unknown, now: number): ms is number =>
  typeof ms === "number" && ms >= 0 && now + ms <= lastMoment;

async function moveClock({ clock }: Emulator, body: Readonly<Record<string, unknown>>): Promise<Result> {
  const { stop, resume, advanceMs } = body;
  if (stop === true) clock.stop();
  else if (resume === true) clock.resume();
  else if (isDistance(advanceMs, clock.now())) await clock.advance(advanceMs);
  else return wrong('the clock takes { "stop": true }, { "resume": true } or { "advanceMs": 60000 }');
  return done;
}

function queueFault({ faults }: Emulator, { target = "any", fault }: Readonly<Record<string, unknown>>): Result {
  const found = faultFromJson(JSON.stringify(fault ?? null), "queue");
  if ("messages" in found) return wrong(found.messages.join("; "));
  if (typeof target !== "string") return wrong('target takes "any" or the name of an operation');
  try {
    // A name that is none is refused by the queue.
    faults.queue(target as FaultTarget, found.fault);
    return done;
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function onConversation(emulator: Emulator, id: string, action: string): Result {
  if (!emulator.conversations().some((conversation) => conversation.id === id)) {
    return { status: 404, value: { message: `there is no conversation ${id}` } };
  }
  if (action === "join") return { status: 200, value: { done: emulator.join(id) } };
  if (action === "leave") return { status: 200, value: { done: emulator.leave(id) } };
  if (action === "blocked" || action === "error") return { status: 200, value: { done: emulator.end(id, action) } };
  return wrong("a conversation takes join, leave, blocked or error");
}

/** Carries out what a request to the control routes asks for. */
export async function act(emulator: Emulator, what: string, text: string): Promise<Result> {
  const body = parsed(text);
  if (body === undefined) return wrong("the body is not a JSON object");
  if (what === "POST clock") return moveClock(emulator, body);
  if (what === "POST faults") return queueFault(emulator, body);
  if (what === "DELETE faults") {
    emulator.faults.clear();
    return done;
  }
  if (what === "POST reset") {
    emulator.reset();
    return done;
  }
  const [, id, action] = /^POST conversations\/([^/]+)\/(\w+)$/.exec(what) ?? [];
  // Ids of conversations have nothing that a path would encode.
  if (id !== undefined && action !== undefined) return onConversation(emulator, id, action);
  return { status: 404, value: { message: `there is no ${what}` } };
}
