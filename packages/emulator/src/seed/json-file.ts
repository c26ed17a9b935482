import type { Node } from "jsonc-parser";

/** Deeper than any seed; reading it would overflow the stack. */
const deepest = 100;

/** Where a JSON text is nested too deeply; `undefined` where it is not. */
export function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  // Texts are passed over, so that the brackets in them do not count.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/g)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > deepest) return index;
  }
  return undefined;
}

/** A name that stands twice in one object, of which `JSON.parse` would drop the first. */
export interface DoubledName {
  readonly name: string;
  readonly offset: number;
}

export function doubledNames(node: Node): readonly DoubledName[] {
  const names = new Set<unknown>();
  const own = (node.type === "object" ? (node.children ?? []) : []).flatMap((property): DoubledName[] => {
    const name = property.children?.[0];
    if (name === undefined || !names.has(name.value)) {
      names.add(name?.value);
      return [];
    }
    return [{ name: String(name.value), offset: name.offset }];
  });
  return [...own, ...(node.children ?? []).flatMap(doubledNames)];
}
