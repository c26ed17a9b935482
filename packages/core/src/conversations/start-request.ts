import { z } from "zod";
import { type Consumer, displayName } from "../consumer.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import { environment, lazily } from "../environment.js";
import { BrokerError, isBrokerError } from "../errors.js";
import { didYouMean, show } from "../hint.js";
import type { ConversationDetails, Limits } from "../options.js";
import { check, limitsSchema, type Settings } from "../settings.js";
import type { StartRequest as UpstreamRequest } from "../upstream/port.js";
import type { Subject } from "./events.js";
import { daySegment, writeName } from "./upstream-name.js";

/** What a caller may choose. */
export interface StartRequestBody {
  readonly character?: string | undefined;
  readonly input?: unknown;
  /** Replace the consumer's running conversation instead of resuming it. */
  readonly fresh?: boolean | undefined;
}

/** What is known about the caller of a start. */
export interface Caller {
  /** Address of the client; `undefined` for a start that comes from no client. */
  readonly ip?: string | undefined;
  /** The page has promised heartbeats. */
  readonly sendsHeartbeats?: boolean | undefined;
  /** Default: `start`. */
  readonly route?: "start" | "token" | undefined;
  /** Aborts when the caller has left. */
  readonly signal?: AbortSignal | undefined;
  /** Keeps a serverless function alive for work after the response. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
}

/** A start that passed every check of this server. Nothing has been written or sent yet. */
export interface StartRequest extends Caller {
  readonly consumer: Consumer;
  /** Alias. */
  readonly character: string;
  readonly characterId: string;
  /** As sent, in a form that is the same for equal values. */
  readonly inputText: string;
  /** As the schema returned it. */
  readonly input: unknown;
  readonly forceNew: boolean;
  readonly limits: Limits;
  /** The segment at Equos that the conversation is listed under. */
  readonly segment: string;
}

/**
 * Checks what a caller asks for, and asks the team's options about it.
 *
 * @throws BrokerError `unknown-character`, `character-missing`, `invalid-input`, `conversation-failed`, `conversation-timeout`
 */
export async function checkStart(
  settings: Settings,
  consumer: Consumer,
  body: StartRequestBody,
  caller: Caller,
): Promise<StartRequest> {
  const { character, characterId } = findCharacter(settings, body.character);
  const inputText = canonicalJson(body.input);
  const input = await checkInput(settings, body.input);
  const limits = typeof settings.limits === "function" ? await findLimits(settings, consumer) : (settings.limits ?? {});
  const segment = await findSegment(settings, consumer);
  const forceNew = body.fresh ?? false;
  const { ip, sendsHeartbeats, route, signal, waitUntil } = caller;
  // A spread of the caller would take as long as all checks.
  return {
    ip,
    sendsHeartbeats,
    route,
    signal,
    waitUntil,
    consumer,
    character,
    characterId,
    inputText,
    input,
    forceNew,
    limits,
    segment,
  };
}

/** Runs a hook of the team's within `hookSeconds`. */
export async function runHook<T>({ clock, timeouts }: Settings, option: string, run: () => T | Promise<T>): Promise<T> {
  const { hookSeconds } = timeouts;
  try {
    const outcome = await outcomeWithin(clock, hookSeconds, run);
    if (outcome !== timeOver) return outcome;
  } catch (error) {
    if (isBrokerError(error)) throw error;
    throw new BrokerError("conversation-failed", { hint: `The option ${option} threw`, cause: error });
  }
  throw new BrokerError("conversation-timeout", { hint: `The option ${option} took more than ${hookSeconds} s` });
}

/** The part of the consumer that events show. */
export function subjectOf({ consumer: { identity, tenant }, character }: StartRequest): Subject {
  return { consumer: tenant ? { identity, tenant } : { identity }, character };
}

/** JSON with the keys of every object in order. */
function canonicalJson(input: unknown): string {
  if (input === undefined) return "";
  const sorted = (_: string, child: unknown): unknown => {
    if (typeof child !== "object" || child === null || Array.isArray(child)) return child;
    return Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  try {
    return JSON.stringify(input, sorted) ?? "";
  } catch {
    throw new BrokerError("invalid-input", { publicMessage: "The field `input` is nested too deep." });
  }
}

function findCharacter(settings: Settings, alias: string | undefined) {
  const { characters = { default: environment("EQUOS_CHARACTER_ID") } } = settings;
  // Without an alias the only character is meant, or the one called "default".
  const aliases = Object.keys(characters);
  const list = `The option characters has ${aliases.slice(0, 10).map(show).join(", ")}`;
  if (alias === undefined && aliases.length > 1 && !aliases.includes("default")) {
    const publicMessage = "Name a character in the field `character`.";
    throw new BrokerError("unknown-character", { publicMessage, hint: `No character was named. ${list}` });
  }
  const character = alias ?? (aliases.length === 1 ? aliases[0] : "default") ?? "default";
  if (!Object.hasOwn(characters, character)) {
    const isId = Object.values(characters).includes(character);
    const wrong = isId ? "A character id was sent instead of an alias." : `No character ${show(character)}.`;
    throw new BrokerError("unknown-character", { hint: `${wrong}${didYouMean(character, aliases)} ${list}` });
  }
  const characterId = characters[character];
  if (characterId !== undefined) return { character, characterId };
  const missing =
    settings.characters === undefined
      ? "Set EQUOS_CHARACTER_ID, or set the option characters"
      : `The option characters[${show(character)}] is not set: set it to a character id`;
  throw new BrokerError("character-missing", { hint: missing });
}

async function checkInput(settings: Settings, input: unknown): Promise<unknown> {
  const schema = settings.input;
  if (schema === undefined) {
    if (input === undefined) return undefined;
    const hint = "A page sent the field input: set the option input to a schema for it, or leave the field out";
    throw new BrokerError("invalid-input", { publicMessage: "This server takes no `input`.", hint });
  }
  const result = await runHook(settings, "input", () => schema["~standard"].validate(input));
  if (result.issues === undefined) return result.value;
  // A validator's message may quote values, so only the places are public.
  const places = result.issues.slice(0, 5).map(({ path }) => (path ?? []).map(segmentName).join("."));
  const where = [...new Set(places)].filter((place) => /^[\w.-]{1,64}$/.test(place)).join(", ");
  throw new BrokerError("invalid-input", where ? { publicMessage: `The field \`input\` is wrong at: ${where}.` } : {});
}

function segmentName(segment: unknown): string {
  return typeof segment === "object" && segment !== null && "key" in segment ? String(segment.key) : String(segment);
}

async function findLimits(settings: Settings, consumer: Consumer): Promise<Limits> {
  const { limits } = settings;
  if (typeof limits !== "function") return limits ?? {};
  return check(limitsSchema(), await runHook(settings, "limits", () => limits({ consumer })), "limits.");
}

async function findSegment(settings: Settings, consumer: Consumer): Promise<string> {
  const { client, deployment, clock } = settings;
  if (client === undefined) return daySegment(deployment, clock.now());
  const segment = await runHook(settings, "client", () => client({ consumer }));
  if (typeof segment === "string" && segment !== "") return segment;
  throw new BrokerError("conversation-failed", { hint: "The option client returned no text" });
}

const detailsSchema = lazily(() =>
  z.strictObject({
    promptCtx: z.string().optional(),
    promptTemplateVars: z.record(z.string(), z.string()).optional(),
    name: z.string().min(1).optional(),
    remoteAgent: z.strictObject({ identity: z.string().min(1), name: z.string().min(1) }).optional(),
    host: z.strictObject({ serverUrl: z.string().min(1), accessToken: z.string().min(1) }).optional(),
  }),
);

/** Checks the result of the hook. A misspelt field would bill a conversation that knows nothing of it. */
function checkDetails(details: unknown): ConversationDetails {
  const result = detailsSchema().safeParse(details);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join(".");
  const field = show(path).slice(1, -1);
  const problem =
    unknown === undefined ? `a wrong ${field || "value: an object or null is needed"}` : `an unknown field ${field}`;
  throw new BrokerError("conversation-failed", { hint: `The option conversation returned ${problem}` });
}

/**
 * Asks the team's hook about the conversation and builds the upstream request.
 *
 * @throws BrokerError `conversation-refused`, `conversation-failed`, `conversation-timeout`
 */
export async function buildUpstreamRequest(
  settings: Settings,
  { consumer, character, characterId, input, segment, sendsHeartbeats = false }: StartRequest,
  { storeId, reservation, maxSeconds }: { storeId: string; reservation: string; maxSeconds: number },
): Promise<UpstreamRequest> {
  const { conversation, deployment = "" } = settings;
  const hasTenant = Boolean(consumer.tenant);
  const ids = writeName({ deployment, storeId, reservation, hasTenant, sendsHeartbeats });
  const request = {
    name: ids,
    characterId,
    client: segment,
    consumer: { identity: consumer.identity, name: displayName(consumer.name) },
    maxSeconds,
  };
  if (conversation === undefined) return request;
  const answer = await runHook(settings, "conversation", () => conversation({ consumer, character, input }));
  if (answer === null) throw new BrokerError("conversation-refused");
  const { name, promptCtx, promptTemplateVars, remoteAgent, host } = checkDetails(answer);
  return {
    ...request,
    name: name === undefined ? ids : `${name} ${ids}`,
    ...(promptCtx === undefined ? {} : { promptCtx }),
    ...(promptTemplateVars === undefined ? {} : { promptTemplateVars }),
    ...(remoteAgent === undefined ? {} : { remoteAgent }),
    ...(host === undefined ? {} : { host }),
  };
}
