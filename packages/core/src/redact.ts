const MASK = "[redacted]";
/** Anything in the form of a JWT, whoever's it is. */
const JWT = /eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g;
// A shorter value would blank out ordinary words, so it is masked only where it stands as a word of its own.
const SHORT = 4;
const MAX_DETAIL = 300;

const escapeForRegExp = (value: string): string => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A value as it may stand in a text: plain, inside JSON, in a URL. */
function spellings(value: string): string[] {
  const wellFormed = value.replace(/\p{Cs}/gu, "\uFFFD");
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(wellFormed)])];
}

/** Every text inside a value, however deep, field names aside: what a request carries that its answer may echo. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/**
 * A text of somebody else's, fit for the server log: every secret masked however it is spelt, JWTs masked, on one line,
 * without control characters, at most 300 characters.
 *
 * `cut` says that the text is only the beginning of a longer one: then the beginning of a secret at its end goes too.
 */
export function redact(text: string, secrets: readonly string[], cut = false): string {
  const variants = secrets.filter((secret) => secret.trim() !== "").flatMap(spellings);
  // Longest first: a secret that contains another one must not leave its rest behind.
  variants.sort((a, b) => b.length - a.length);
  let result = text;
  for (const variant of variants) {
    if (variant.length >= SHORT) result = result.replaceAll(variant, MASK);
    else
      result = result.replace(
        new RegExp(`(?<![\\p{L}\\p{N}])${escapeForRegExp(variant)}(?![\\p{L}\\p{N}])`, "gu"),
        MASK,
      );
  }
  if (cut) result = withoutBeginningAtEnd(result, variants);
  const line = result
    .replace(JWT, MASK)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line;
}

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
