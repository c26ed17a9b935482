import type { Consumer } from "../consumer.js";
import { environment } from "../environment.js";
import { BrokerError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { ConversationDetails } from "../options.js";
import type { Parts } from "../parts.js";
import { checkDetails } from "./details.js";
import { limitsFor } from "./limits.js";
import { clientOf } from "./segments.js";
import { teamCode } from "./team-code.js";

/** What a caller asks for, as it came. */
export interface StartRequestBody {
  readonly character?: string | undefined;
  readonly input?: unknown;
  readonly fresh?: boolean | undefined;
}

/** The same, checked against what this server offers. Nothing has been written or sent yet. */
export interface Order {
  readonly consumer: Consumer;
  /** Alias. */
  readonly character: string;
  readonly characterId: string;
  /** As it was sent, in a form that is the same for equal values. */
  readonly inputText: string;
  /** As the schema made it. */
  readonly input: unknown;
  readonly fresh: boolean;
  readonly limits: Limits;
  /** The segment that Equos files it under. */
  readonly client: string;
  /** Its page has said that it sends keep-alives. */
  readonly keepsAlive: boolean;
  /** Whatever `whenActive` says: one that runs is handed out again, and one that its owner has just ended has no successor. */
  readonly sticky: boolean;
  /** Address of the client; `undefined` for a start that comes from no client. */
  readonly ip?: string | undefined;
  /** Aborts when the caller has gone. */
  readonly signal?: AbortSignal | undefined;
  /** Keeps a serverless platform from freezing what goes on after the caller was answered. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
}

/** What is known of whoever brought it. */
export type Caller = Pick<Order, "signal" | "waitUntil" | "ip"> & {
  readonly [K in "keepsAlive" | "sticky"]?: boolean | undefined;
};

export async function checkOrder(
  parts: Parts,
  consumer: Consumer,
  body: StartRequestBody,
  { keepsAlive = false, sticky = false, ...caller }: Caller = {},
): Promise<Order> {
  const { character, characterId } = characterOf(parts, body.character);
  const inputText = canonical(body.input);
  const input = await inputOf(parts, body.input);
  const limits = await limitsFor(parts, consumer);
  const client = await clientOf(parts, consumer);
  const fresh = body.fresh ?? false;
  return { consumer, character, characterId, inputText, input, fresh, limits, client, keepsAlive, sticky, ...caller };
}

/** JSON with the keys of every object in order. @throws BrokerError `invalid-input` for what is nested too deep */
function canonical(input: unknown): string {
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

function characterOf({ options }: Parts, alias: string | undefined): { character: string; characterId: string } {
  const { characters } = options;
  if (characters === undefined) {
    if (alias !== undefined && alias !== "default") throw new BrokerError("unknown-character");
    const characterId = environment("EQUOS_CHARACTER_ID");
    if (characterId !== undefined) return { character: "default", characterId };
    throw new BrokerError("character-missing", { hint: "Set EQUOS_CHARACTER_ID, or give the option characters" });
  }
  // Without a name, the only character is meant, or the one called "default".
  const aliases = Object.keys(characters);
  if (alias === undefined && aliases.length > 1 && !aliases.includes("default")) {
    throw new BrokerError("unknown-character", { publicMessage: "Name a character in the field `character`." });
  }
  const character = alias ?? (aliases.length === 1 ? aliases[0] : "default") ?? "default";
  const characterId = Object.hasOwn(characters, character) ? characters[character] : undefined;
  if (characterId === undefined) throw new BrokerError("unknown-character");
  return { character, characterId };
}

async function inputOf(parts: Parts, input: unknown): Promise<unknown> {
  const schema = parts.options.input;
  if (schema === undefined) {
    if (input === undefined) return undefined;
    throw new BrokerError("invalid-input", { publicMessage: "This server takes no `input`." });
  }
  const result = await teamCode(parts, "input", () => schema["~standard"].validate(input));
  if (result.issues === undefined) return result.value;
  // A validator's message may quote values, so only the place is told.
  const places = result.issues.slice(0, 5).map(({ path }) => (path ?? []).map(segmentName).join("."));
  const where = [...new Set(places)].filter((place) => /^[\w.-]{1,64}$/.test(place)).join(", ");
  throw new BrokerError("invalid-input", where ? { publicMessage: `The field \`input\` is wrong at: ${where}.` } : {});
}

function segmentName(segment: unknown): string {
  return typeof segment === "object" && segment !== null && "key" in segment ? String(segment.key) : String(segment);
}

/** The team's answer to what this conversation is about. */
export async function detailsOf(parts: Parts, order: Order): Promise<ConversationDetails> {
  const { conversation } = parts.options;
  if (conversation === undefined) return {};
  const { consumer, character, input } = order;
  const details = await teamCode(parts, "conversation", () => conversation({ consumer, character, input }));
  if (details === null) throw new BrokerError("conversation-refused");
  return checkDetails(details);
}
