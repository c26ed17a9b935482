import { AssertionError, deepStrictEqual } from "node:assert";

/** Deep equality that says both what was meant and what differs. */
export function same(actual: unknown, expected: unknown, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    const difference = error instanceof Error ? error.message : String(error);
    throw new AssertionError({ message: `${what}\n${difference}`, actual, expected });
  }
}

/** The fields named in `expected` are as they are there; `undefined` stands for an absent one. */
export function has<T extends object>(actual: T | null | undefined, expected: Partial<Fields<T>>, what: string): void {
  if (actual === null || actual === undefined) fail(`${what}: there is no such thing`);
  const found: Record<string, unknown> = {};
  for (const field of Object.keys(expected)) found[field] = Reflect.get(actual, field);
  same(found, expected, what);
}

type Fields<T> = { readonly [K in keyof T]: T[K] | undefined };

export function ok(value: boolean, what: string): asserts value {
  if (!value) fail(what);
}

export function fail(what: string): never {
  throw new AssertionError({ message: what });
}
