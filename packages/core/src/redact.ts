import { attempt } from "./errors.js";

const MASK = "[redacted]";
/** Any JWT and any API key: the keys of Equos and of similar services begin with `sk_`. */
const TOKENS = /(?<![\w-])(?:eyJ[\w-]{8,4096}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?|sk_[\w-]{8,512})/g;
/** Shorter values are masked only as words of their own, because they occur in ordinary words. */
const MIN_LENGTH = 4;
/** Maximum length that is read: more than a log line shows, so that masking covers whole secrets. */
const MAX_READ = 8192;
const MAX_SHOWN = 300;

/** Escapes of JSON and JavaScript, of URLs (UTF-8), and of HTML. */
const ESCAPES =
  /\\u[\da-f]{4}|\\u\{0*[\da-f]{1,6}\}|\\x[\da-f]{2}|\\[\s\S]|%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|&#0*\d{1,7};?|&#x0*[\da-f]{1,6};?|&(?:amp|lt|gt|quot|apos);/gi;
/** An escape that the end of a text may have cut. */
const CUT_ESCAPE =
  /(?:\\+(?:u[\da-f]{0,3}|u\{[\da-f]*|x[\da-f]?)?|%(?:[\da-f]|[c-f][\da-f](?:%[89ab][\da-f]){0,2}(?:%[\da-f]?)?)?|&[#\w]{0,16})$/i;
/** How often one text may be encoded in another. */
const MAX_DEPTH = 12;
const CHARACTERS: Readonly<Record<string, string>> = {
  ...{ "\\b": "\b", "\\f": "\f", "\\n": "\n", "\\r": "\r", "\\t": "\t" },
  ...{ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" },
};
/** Shown as one space; in a form of HTML, `+` is a space too. Half a character becomes U+FFFD in a URL. */
const BLANKS = /[\s+\p{Cc}\p{Zl}\p{Zp}]+|\p{Cs}/gu;

/** Returns every text inside a value, however deep, without field names: what the answer to a request may echo. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Returns a foreign text for the server log. Secrets are masked however often they are escaped for JSON, URLs, and HTML; so are
 * JWTs and keys. One line without control characters, at most 300 characters.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const shown = text.slice(0, MAX_READ);
  const forms = [...new Set(secrets)].flatMap(formsOf);
  const patterns = [TOKENS, ...forms.map(({ pattern }) => pattern)];
  const masked: [start: number, end: number][] = [];
  const isCut = text.length > MAX_READ;
  for (const { text: reading, at } of readings(shown, isCut)) {
    for (const pattern of patterns) {
      for (const { index, 0: match } of reading.matchAll(pattern)) {
        masked.push([at[index] ?? 0, at[index + match.length] ?? shown.length]);
      }
    }
    const start = isCut ? cutSecret(reading, forms) : undefined;
    if (start !== undefined) masked.push([at[start] ?? 0, shown.length]);
  }
  let result = "";
  let done = 0;
  for (const [start, end] of masked.sort(([a], [b]) => a - b)) {
    if (start >= done) result += shown.slice(done, start) + MASK;
    done = Math.max(done, end);
  }
  const line = (result + shown.slice(done)).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** Returns a thrown value for the server log, masked as by {@link redact}. Never throws, not even if a getter of the value does. */
export function describe(thrown: unknown, secrets: readonly string[]): string {
  const text = () => redact(thrown instanceof Error ? String(thrown.stack ?? thrown) : typeof thrown, secrets);
  return attempt(text, "an error that cannot be described");
}

/** A text, the place in the original where each character of it begins, and the original's length. */
interface Reading {
  readonly text: string;
  readonly at: readonly number[];
}

/**
 * Returns a text as it is, decoded once, twice, and so on. All escapes of one depth are decoded together.
 *
 * @param isCut whether an escape at the end may be incomplete
 */
function readings(original: string, isCut = false): readonly Reading[] {
  const found: Reading[] = [];
  let decoded: Reading = { text: original, at: Array.from({ length: original.length + 1 }, (_, index) => index) };
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const reading = isCut ? replace(decoded, CUT_ESCAPE, () => "") : decoded;
    found.push(replace(reading, BLANKS, (blank) => (/\p{Cs}/u.test(blank) ? "\uFFFD" : " ")));
    decoded = replace(reading, ESCAPES, decode);
    if (decoded.text === reading.text) break;
  }
  return found;
}

function replace({ text, at }: Reading, pattern: RegExp, replacement: (match: string) => string): Reading {
  const places: number[] = [];
  let done = 0;
  const keepUntil = (end: number) => {
    for (; done < end; done += 1) places.push(at[done] ?? 0);
  };
  const result = text.replace(pattern, (match: string, start: number) => {
    const characters = replacement(match);
    keepUntil(start);
    for (let index = 0; index < characters.length; index += 1) places.push(at[start] ?? 0);
    done = start + match.length;
    return characters;
  });
  keepUntil(at.length);
  return { text: result, at: places };
}

function decode(escaped: string): string {
  const character = CHARACTERS[escaped.toLowerCase()];
  if (character !== undefined) return character;
  try {
    if (escaped.startsWith("%")) return decodeURIComponent(escaped);
    const [, hex, decimal] = /^(?:\\[ux]\{?|&#x)([\da-f]+)[;}]?$|^&#(\d+);?$/i.exec(escaped.toLowerCase()) ?? [];
    if (hex === undefined && decimal === undefined) return escaped.slice(1);
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  } catch {
    // It stands for no character.
    return escaped;
  }
}

/** What a secret may be in a reading. */
interface Form {
  readonly text: string;
  readonly pattern: RegExp;
}

/** Returns a secret as it is, and decoded, because it can itself contain what looks like an escape. */
function formsOf(secret: string): Form[] {
  const isShort = secret.trim().length < MIN_LENGTH;
  return readings(secret.slice(0, MAX_READ))
    .filter(({ text }, depth) => text.trim().length >= (depth === 0 ? 1 : MIN_LENGTH))
    .map(({ text }) => {
      const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const pattern = isShort
        ? new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "gu")
        : new RegExp(escaped, "g");
      return { text, pattern };
    });
}

/** Returns where the beginning of a secret begins at the end of a text that was cut there. */
function cutSecret(text: string, forms: readonly Form[]): number | undefined {
  const longest = Math.max(0, ...forms.map((form) => form.text.length));
  for (let start = Math.max(0, text.length - longest); start < text.length; start += 1) {
    const ending = text.slice(start);
    if (forms.some((form) => form.text.startsWith(ending))) return start;
  }
  return undefined;
}
