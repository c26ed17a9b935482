import { Problem } from "./problem.js";

/** How the broker is called. */
export interface Calling {
  /** Without a slash at its end. */
  readonly base: string;
  readonly credentials: RequestCredentials;
  headers(): Promise<Record<string, string>> | Record<string, string>;
}

export interface Answer {
  readonly status: number;
  header(name: string): string | null;
  /** Parsed JSON; `undefined` where there is none. */
  readonly body: unknown;
}

/** POSTs to one of the broker's routes; whatever is no success is thrown as a {@link Problem}. */
export async function post(
  { base, credentials, headers }: Calling,
  action: string,
  body: object,
  more: Record<string, string>,
  seconds: number,
): Promise<Answer> {
  const all = { ...more, ...(await headers()), "content-type": "application/json" };
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(seconds * 1000);
    response = await fetch(`${base}/${action}`, {
      method: "POST",
      headers: all,
      credentials,
      body: JSON.stringify(body),
      signal,
    });
    text = await response.text();
  } catch (cause) {
    const late = Object(cause).name === "TimeoutError";
    throw late
      ? new Problem("timeout", "The server did not answer in time. Try again in a moment.", 0, undefined, cause)
      : new Problem("unreachable", "The server cannot be reached. Try again in a moment.", 0, undefined, cause);
  }
  const parsed = parse(text);
  const { status } = response;
  if (response.ok) return { status, header: (name) => response.headers.get(name), body: parsed };
  const { code, detail } = Object(parsed);
  if (typeof code !== "string" || typeof detail !== "string") {
    throw new Problem("unexpected-answer", `The server answered ${status}.`, status);
  }
  const retryAfter = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  // A broker newer than this client may have more codes.
  throw new Problem(code as Problem["code"], detail, status, Number.isNaN(retryAfter) ? undefined : retryAfter);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
