import type { EmulatorSwitches } from "../switches.js";

/** Documented for every list of Equos: 20 unless asked, 50 at most. */
const defaultTake = 20;
const maximumTake = 50;

export interface Page {
  readonly skip: number;
  readonly take: number;
}

/** `skip` and `take` of a query, or what is wrong with them. */
export function pageOf(
  query: URLSearchParams,
  { takeOverLimit }: Pick<EmulatorSwitches, "takeOverLimit">,
): Page | { readonly messages: readonly string[] } {
  const messages: string[] = [];
  const whole = (name: string, otherwise: number): number => {
    const text = query.get(name);
    if (text === null) return otherwise;
    if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
    messages.push(`${name} must be an integer number, 0 or more`);
    return otherwise;
  };
  const skip = whole("skip", 0);
  const take = whole("take", defaultTake);
  if (take > maximumTake && takeOverLimit === "reject") {
    messages.push(`take must not be greater than ${maximumTake}`);
  }
  return messages.length > 0 ? { messages } : { skip, take: Math.min(take, maximumTake) };
}
