import { attempt } from "./errors.js";

const MASK = "[redacted]";
/** Where a word begins: also after what stands for a character inside JSON or a URL, such as `\n` and `%3D`. */
const START = String.raw`(?:(?<![\w-])|(?<=\\[bfnrt])|(?<=\\u[\da-fA-F]{4})|(?<=%[\da-fA-F]{2}))`;
/** Any JWT and any API key: the keys of Equos and of similar services begin with `sk_`. */
const TOKENS = new RegExp(
  String.raw`${START}(?:eyJ[\w-]{8,4096}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?|sk_[\w-]{8,512})`,
  "g",
);
/** Shorter values are masked only as words of their own, because they occur in ordinary words. */
const MIN_LENGTH = 4;
/** Maximum length that is read: more than a log line shows, so that masking covers whole secrets. */
const MAX_READ = 8192;
const MAX_SHOWN = 300;

/** Returns the forms of a value in a text: plain, inside JSON, in a URL. */
function spellings(value: string): string[] {
  const wellFormed = value.replace(/\p{Cs}/gu, "\uFFFD");
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(wellFormed)];
}

/** Returns every text inside a value, however deep, without field names: what the answer to a request may echo. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Returns a foreign text for the server log: secrets in every spelling, JWTs, and keys are masked. One line without control
 * characters, at most 300 characters.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const variants = [...new Set(secrets.filter((secret) => secret.trim() !== "").flatMap(spellings))];
  // Longest first: a secret that contains another one must be masked as a whole.
  variants.sort((a, b) => b.length - a.length);
  let result = text.slice(0, MAX_READ);
  for (const variant of variants) result = result.replaceAll(patternOf(variant), MASK);
  if (text.length > MAX_READ) result = maskCutSecret(result, variants);
  const line = result
    .replace(TOKENS, MASK)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** Returns a thrown value for the server log, masked as by {@link redact}. Never throws, whatever the value's getters do. */
export function describe(thrown: unknown, secrets: readonly string[]): string {
  const text = () => redact(thrown instanceof Error ? String(thrown.stack ?? thrown) : typeof thrown, secrets);
  return attempt(text, "an error that cannot be described");
}

function patternOf(variant: string): string | RegExp {
  if (variant.length >= MIN_LENGTH) return variant;
  const escaped = variant.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "gu");
}

/** Masks the beginning of a secret at the end of a text that was cut there. */
function maskCutSecret(text: string, variants: readonly string[]): string {
  for (let length = Math.min(variants[0]?.length ?? 0, text.length); length > 0; length -= 1) {
    const ending = text.slice(-length);
    if (variants.some((variant) => variant.startsWith(ending))) return text.slice(0, -length) + MASK;
  }
  return text;
}
