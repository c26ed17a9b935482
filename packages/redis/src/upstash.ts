/** What is used of a client of the package `@upstash/redis`, which speaks HTTP: for runtimes without sockets. */
export interface UpstashClient {
  evalsha(sha1: string, keys: string[], args: string[]): Promise<unknown>;
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  /** Only looked at, to tell it from ioredis. */
  createScript(script: string): unknown;
}

/**
 * Its answer as Redis gave it. The client parses what looks like JSON unless it is told not to (`automaticDeserialization`);
 * our scripts answer with an object, of which nothing is lost by that.
 */
export async function fromUpstash(answer: Promise<unknown>): Promise<unknown> {
  let given: unknown;
  try {
    given = await answer;
  } catch (error) {
    throw withoutCommand(error);
  }
  return typeof given === "object" && given !== null && !(given instanceof Uint8Array) ? JSON.stringify(given) : given;
}

/** Its errors end with the whole command, which is nobody's to read. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [what = ""] = error.message.split(", command was: ");
  return new Error(what.replace(/^Command failed: /, ""));
}
