const MASK = "[redacted]";
/** Where a word begins: also after what stands for a character inside JSON or a URL, such as `\n` and `%3D`. */
const START = String.raw`(?:(?<![\w-])|(?<=\\[bfnrt])|(?<=\\u[\da-fA-F]{4})|(?<=%[\da-fA-F]{2}))`;
/** Anything in the form of a JWT, whoever's it is. */
const JWT = new RegExp(String.raw`${START}eyJ[\w-]{8,4096}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?`, "g");
/** Anything in the form of an API key: the samples of Equos and of its neighbours begin like this. */
const KEY = new RegExp(String.raw`${START}sk_[\w-]{8,512}`, "g");
// A shorter value would blank out ordinary words, so it is masked only where it stands as a word of its own.
const SHORT = 4;
/** More than a log line ever shows, so that masking sees whole secrets; the rest is not looked at. */
const MAX_READ = 8192;
const MAX_SHOWN = 300;

const escapeForRegExp = (value: string): string => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A value as it may stand in a text: plain, inside JSON, in a URL. */
function spellings(value: string): string[] {
  const wellFormed = value.replace(/\p{Cs}/gu, "\uFFFD");
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(wellFormed)];
}

/** Every text inside a value, however deep, field names aside: what a request carries that its answer may echo. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/**
 * A text of somebody else's, fit for the server log: every secret masked however it is spelt, JWTs and keys masked, on
 * one line, without control characters, at most 300 characters.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const variants = [...new Set(secrets.filter((secret) => secret.trim() !== "").flatMap(spellings))];
  // Longest first: a secret that contains another one must not leave its rest behind.
  variants.sort((a, b) => b.length - a.length);
  const long = variants.filter(({ length }) => length >= SHORT);
  const short = variants.filter(({ length }) => length < SHORT);
  let result = text.slice(0, MAX_READ);
  for (const variant of long) result = result.replaceAll(variant, MASK);
  if (short.length > 0) {
    const words = new RegExp(`(?<![\\p{L}\\p{N}])(?:${short.map(escapeForRegExp).join("|")})(?![\\p{L}\\p{N}])`, "gu");
    result = result.replace(words, MASK);
  }
  if (text.length > MAX_READ) result = withoutBeginningAtEnd(result, variants);
  const line = result
    .replace(JWT, MASK)
    .replace(KEY, MASK)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** The beginning of a secret at the end of a text that was cut there. */
function withoutBeginningAtEnd(text: string, variants: readonly string[]): string {
  let keep = text.length;
  for (const variant of variants) {
    for (let length = Math.min(variant.length - 1, text.length); length > 0; length -= 1) {
      if (!text.endsWith(variant.slice(0, length))) continue;
      keep = Math.min(keep, text.length - length);
      break;
    }
  }
  return keep === text.length ? text : text.slice(0, keep) + MASK;
}
