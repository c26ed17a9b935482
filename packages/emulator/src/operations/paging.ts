import type { EmulatorSwitches } from "../switches.js";

/** Documented for every list of Equos: 20 unless asked, 50 at most. */
const defaultTake = 20;
const maximumTake = 50;

export interface Page {
  readonly skip: number;
  readonly take: number;
}

/** Reads a number as NestJS' `ParseFloatPipe` does: `20.0`, `2e1`, and `-1` are numbers; a repeated parameter is none. */
function numberIn(query: URLSearchParams, name: string): number {
  const [text = "", ...others] = query.getAll(name);
  const isNumeric = others.length === 0 && text.trim() !== "" && Number.isFinite(Number(text));
  return isNumeric ? Number(text) : Number.NaN;
}

/** Returns `skip` and `take` of a query, or what is wrong with them. */
export function pageOf(
  query: URLSearchParams,
  { takeOverLimit, oddNumbers }: Pick<EmulatorSwitches, "takeOverLimit" | "oddNumbers">,
): Page | { readonly messages: readonly string[] } {
  const messages: string[] = [];
  const amount = (name: string, otherwise: number): number => {
    if (!query.has(name)) return otherwise;
    const value = numberIn(query, name);
    if (Number.isNaN(value)) messages.push(`${name} must be a number conforming to the specified constraints`);
    else if (oddNumbers === "reject" && !(Number.isSafeInteger(value) && value >= 0)) {
      messages.push(`${name} must be an integer number, 0 or more`);
    }
    return value;
  };
  if (query.getAll("client").length > 1) messages.push("client must be a string");
  const skip = amount("skip", 0);
  const take = amount("take", defaultTake);
  if (skip < 0 && oddNumbers === "accept") messages.push("skip must not be less than 0");
  if (take > maximumTake && takeOverLimit === "reject") {
    messages.push(`take must not be greater than ${maximumTake}`);
  }
  if (messages.length > 0) return { messages };
  return { skip: Math.floor(skip), take: Math.max(0, Math.floor(Math.min(take, maximumTake))) };
}
