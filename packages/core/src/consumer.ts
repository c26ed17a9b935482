import { BrokerError } from "./errors.js";
import { show } from "./hint.js";

/**
 * The end user, as the server's `authorize` decides. It may have more fields, which only `conversation`, `limits`, and
 * `client` receive.
 */
export interface Consumer {
  /** 1–128 printable characters, stable per user. Becomes the LiveKit identity, which everyone in the room sees. */
  readonly identity: string;
  /**
   * What the avatar and everyone in the room see. May come from a user's profile: unprintable characters are removed, and it
   * is shortened to 128 characters. Default: `Visitor`.
   */
  readonly name?: string | null | undefined;
  /** Separates users of several customers whose identities may be equal. */
  readonly tenant?: string | null | undefined;
  /** Response headers to send along, such as a renewed `Set-Cookie`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

const MAX_CHARACTERS = 128;
const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]{1,128}$/u;
/** Texts that JavaScript makes of a missing value: all users would share one identity. */
const ACCIDENTS = ["", "undefined", "null", "NaN", "[object Object]", "[object Promise]"];

/** The name of a consumer that has none. */
export const DEFAULT_NAME = "Visitor";

/** @throws BrokerError `invalid-identity` */
export function checkConsumer(consumer: Pick<Consumer, "identity" | "tenant">): void {
  // A caller in JavaScript may pass anything.
  const fields: Partial<Record<string, unknown>> = Object(consumer);
  for (const field of ["identity", "tenant"]) {
    const value = fields[field];
    if (field === "tenant" && (value === undefined || value === null)) continue;
    if (typeof value === "string" && PRINTABLE.test(value) && !ACCIDENTS.includes(value.trim())) continue;
    throw new BrokerError("invalid-identity", { hint: `The consumer's ${field} is ${problemOf(value, fields)}` });
  }
}

function problemOf(value: unknown, fields: object): string {
  if (typeof value === "number") return "a number: use String(…)";
  if (value !== undefined) return 'not 1 to 128 printable characters, or "undefined"';
  const keys = Object.keys(fields).slice(0, 10).map(show).join(", ");
  return `missing: the consumer has ${keys === "" ? "no fields" : `the fields ${keys}`}`;
}

/**
 * Returns the name that a consumer has in the room. A user's own text must not lock the user out, so it is cleaned: line
 * breaks and control characters become spaces; half surrogate pairs, private-use and unassigned characters, and those that
 * change the direction of the text around are removed.
 */
export function displayName(name: unknown): string {
  if (typeof name !== "string") return DEFAULT_NAME;
  const clean = name
    .slice(0, 8192)
    .replace(/[\p{Cs}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  const short = shorten(clean);
  // Format characters alone are invisible.
  return ACCIDENTS.includes(short.replace(/\p{Cf}/gu, "").trim()) ? DEFAULT_NAME : short;
}

/** Returns the graphemes, such as an emoji with its skin tone, that fit into 128 characters. */
function shorten(text: string): string {
  if ([...text].length <= MAX_CHARACTERS) return text;
  let end = 0;
  let count = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    count += [...segment].length;
    if (count > MAX_CHARACTERS) break;
    end += segment.length;
  }
  return text.slice(0, end).trim();
}
