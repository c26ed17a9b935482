import { BrokerError } from "@equos-broker/core";

/** The argument as JSON. Anyone can call an action with anything that React can encode: all but plain data is refused. */
export function textOf(body: unknown, maxBytes: number): string | undefined {
  if (body === undefined) return undefined;
  if (typeof body !== "object" || Array.isArray(body)) return "null";
  return isData(body, { bytes: maxBytes }) ? JSON.stringify(body) : "null";
}

/**
 * No function anywhere: JSON.stringify would call a `toJSON`, which may be another action of the app's.
 *
 * `left`: what the text may still have. A few bytes for React can refer to one object from many places, over and over, and the
 * text has it once for each of them.
 *
 * @throws BrokerError `body-too-large`
 */
function isData(value: unknown, left: { bytes: number }, depth = 0): boolean {
  left.bytes -= typeof value === "string" ? value.length + 1 : 1;
  if (left.bytes < 0) throw new BrokerError("body-too-large");
  if (typeof value !== "object" || value === null) return !["function", "bigint", "symbol"].includes(typeof value);
  const isList = Array.isArray(value);
  if (depth === 64 || !(isList || Object.getPrototypeOf(value) === Object.prototype)) return false;
  return Object.entries(value).every(([name, child]) => {
    if (!isList) left.bytes -= name.length;
    return isData(child, left, depth + 1);
  });
}
