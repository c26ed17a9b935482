import { RequiredError } from "./errors.js";
import type { OperationRow } from "./operation.js";

/** Arguments of a call, not yet looked at. */
export type Arguments = Readonly<Record<string, unknown>>;

const missing = (value: unknown): boolean => value === undefined || value === null;

const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * Path and query of a call.
 *
 * @throws RequiredError naming the argument that is missing or cannot stand in a path.
 */
export function targetOf(method: string, { path, inQuery = [], needed = [] }: OperationRow, args: Arguments): string {
  const target = path.includes("{")
    ? path.replace(PLACEHOLDER, (_, name) => segmentOf(method, name, args[name]))
    : path;
  for (const name of needed) if (missing(args[name])) throw new RequiredError(name, method);
  if (inQuery.every((name) => missing(args[name]))) return target;
  const query = new URLSearchParams();
  for (const name of inQuery) if (!missing(args[name])) query.set(name, String(args[name]));
  return `${target}?${query}`;
}

function segmentOf(method: string, name: string, value: unknown): string {
  if (missing(value) || value === "") throw new RequiredError(name, method);
  if (value === "." || value === "..") throw new RequiredError(name, method, `"${name}" cannot be a path of dots`);
  try {
    return encodeURIComponent(String(value));
  } catch {
    throw new RequiredError(name, method, `"${name}" has half a character, which no path can carry`);
  }
}

/** @throws RequiredError when the operation takes a body and there is none. */
export function bodyOf(method: string, { body }: OperationRow, args: Arguments): string | undefined {
  if (body === undefined) return undefined;
  if (missing(args[body])) throw new RequiredError(body, method);
  return JSON.stringify(args[body]);
}
