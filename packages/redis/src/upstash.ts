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

/** Behind the server's words its errors have the whole command: the script, and what is said in it of consumers. */
const COMMAND = ", command was: ";

/** Without what is nobody's to read, so that NOSCRIPT comes first; any other error as it is, with its cause. */
function withoutCommand(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [message = ""] = error.message.replace(/^Command failed: /, "").split(COMMAND);
  return message === error.message ? error : new Error(message);
}
