/** An environment variable, or `undefined` where it is empty, missing, or the runtime has no environment. */
export function environment(name: string): string | undefined {
  // Only this much of Node's `process` is used, and it may be absent.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
