import { runInNewContext } from "node:vm";

/**
 * What each module throws in a script of webpack's or Turbopack's that says the text, when a page loads it: `undefined` for
 * one that does not. Such a script puts its modules, as functions, into a list on the global object.
 */
export function thrownWhenLoaded(script: string, says: RegExp): readonly (string | undefined)[] {
  const page: Record<string, unknown> = {};
  page.self = page;
  runInNewContext(script, page);
  return functionsIn(page)
    .filter((module) => says.test(String(module)))
    .map((module) => {
      try {
        Reflect.apply(module, page, [anything, anything, anything]);
        return undefined;
      } catch (error) {
        // Of the other context, whose `Error` is not ours.
        return String(error);
      }
    });
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

function functionsIn(value: unknown, seen = new Set<unknown>()): AnyFunction[] {
  if (seen.has(value)) return [];
  seen.add(value);
  if (isFunction(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((child) => functionsIn(child, seen));
}

const isFunction = (value: unknown): value is AnyFunction => typeof value === "function";

/** In place of what a bundler hands to a module: has every property, and can be called. */
const anything: object = new Proxy(() => undefined, { get: () => anything, apply: () => anything });
