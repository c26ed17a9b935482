/** Trims a text, because mounted secrets often end with a line break. A blank text counts as not set: `undefined`. */
export function trimmed<T>(value: T): T | undefined {
  // The type of a text that was trimmed is still that of all texts.
  return typeof value === "string" ? ((value.trim() || undefined) as T | undefined) : value;
}

/** Returns the secrets of an option that takes one or a list, trimmed and without blank ones. */
export function secretsIn(option: string | readonly (string | undefined)[] | undefined): readonly string[] {
  return [option].flat().flatMap((secret) => trimmed(secret) ?? []);
}

/** Returns an environment variable, trimmed; `undefined` if it is blank or missing, or the runtime has no environment. */
export function environment(name: string): string | undefined {
  // The part of Node's `process` that is used. It may be absent.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return trimmed(process?.env?.[name]);
  } catch {
    // Deno throws if it may not read the environment.
    return undefined;
  }
}

/** Makes a value at first use. Building zod schemas would take most of the import's time. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
