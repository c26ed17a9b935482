/** Maximum length of a foreign value in a message, in characters. */
export const MAX_SHOWN = 40;
/** Maximum length of a misspelled name that is compared, in characters. */
const MAX_COMPARED = 64;

/** Returns a foreign value for a message: quoted, escaped, on one line, at most 40 characters. Other values by their type. */
export function show(value: unknown): string {
  if (typeof value !== "string") return value === null ? "null" : typeof value;
  // Twice as many units hold 40 characters. A surrogate pair that is cut here is cut off below.
  const characters = [...value.slice(0, 2 * MAX_SHOWN)];
  const isShortened = value.length > 2 * MAX_SHOWN || characters.length > MAX_SHOWN;
  const text = JSON.stringify(characters.slice(0, MAX_SHOWN).join("") + (isShortened ? "…" : ""));
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Returns ` Did you mean "…"?` for a name that is nearly one of the first 100 `names`, otherwise an empty text. */
export function didYouMean(name: string, names: readonly string[]): string {
  const wrong = name.slice(0, MAX_COMPARED).toLowerCase();
  const distances = names
    .slice(0, 100)
    .map((candidate) => [distance(wrong, candidate.toLowerCase()), candidate] as const);
  const [nearest, candidate] = distances.sort(([a], [b]) => a - b)[0] ?? [];
  const isNear = nearest !== undefined && nearest <= Math.max(1, Math.floor(wrong.length / 3));
  return isNear ? ` Did you mean "${candidate}"?` : "";
}

/** Returns the Levenshtein distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
