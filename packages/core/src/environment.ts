/** An environment variable, or `undefined` where it is empty, missing, or the runtime has none to give. */
export function environment(name: string): string | undefined {
  // Only this much of Node's `process` is used, and it may be absent.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return process?.env?.[name] || undefined;
  } catch {
    // Deno throws where the environment may not be read.
    return undefined;
  }
}

/** Made at first use: what zod checks with takes longer to build than all the rest of an import. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
