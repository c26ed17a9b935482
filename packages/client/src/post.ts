import type { EquosOptions } from "./create-equos.js";
import { Problem } from "./problem.js";

/** How the broker is called. */
export interface Calling {
  /** Without a slash at its end. */
  readonly base: string;
  /** What all requests have in common. */
  readonly init: RequestInit;
  readonly headers: EquosOptions["headers"];
}

/** What a success may hold; everything in it is unchecked. */
interface Body {
  readonly conversation?: { readonly id?: unknown; readonly status?: unknown };
  readonly consumerAccessToken?: unknown;
}

/** Limits the wait for the page's own headers, in ms. */
const headersMs = 5_000;
/** Limits a start, in ms. */
const startMs = 60_000;
/** Limits a stop or a heartbeat, in ms. */
const callMs = 20_000;

/**
 * POSTs to one of the broker's routes.
 *
 * @param isSuccess - decides by status and JSON body; the body is `{}` for another type.
 * @throws Problem for every other answer, redirects included, and where none comes in time.
 */
export async function post(
  { base, init, headers }: Calling,
  action: string,
  body: object,
  isSuccess: (status: number, body: Body) => boolean,
): Promise<readonly [body: Body, response: Response]> {
  const isStart = action === "start";
  const sent = await within(
    headersMs,
    async () => new Headers((await (typeof headers === "function" ? headers() : headers)) ?? {}),
    "headers-failed",
    "The login failed. Load the page again.",
  ).catch((problem) => {
    // Stop and heartbeat are proved by their token.
    if (isStart) throw problem;
    return new Headers();
  });
  sent.set("content-type", "application/json");
  if (isStart) sent.set("equos-client", "page");
  const [response, text] = await within(
    isStart ? startMs : callMs,
    async (signal) => {
      const answer = await fetch(`${base}/${action}`, { ...init, headers: sent, body: JSON.stringify(body), signal });
      return [answer, await answer.text()] as const;
    },
    "unreachable",
    "The server did not answer. Try again.",
  );
  const { status, ok } = response;
  const header = (name: string) => response.headers.get(name) ?? "";
  const [type] = header("content-type").toLowerCase().split(";");
  const parsed = Object(parse(text));
  if (isSuccess(status, type === "application/json" ? parsed : {})) return [parsed, response];
  const { code, detail } = parsed;
  if (ok || type !== "application/problem+json" || typeof code !== "string" || typeof detail !== "string") {
    throw new Problem("unexpected-answer", "The server gave an unexpected answer. Load the page again.", status);
  }
  // A broker newer than this client may have more codes.
  throw new Problem(code as Problem["code"], detail, status, Number.parseInt(header("retry-after"), 10) || undefined);
}

/**
 * Limits the work in ms, also where it ignores its signal.
 *
 * @throws Problem `timeout`; `code` where the work fails.
 */
function within<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  code: Problem["code"],
  message: string,
): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  const late = new Promise<never>((_, reject) => {
    // No event follows; work that needs no time is not late.
    if (signal.aborted) setTimeout(reject);
    signal.onabort = reject;
  });
  return Promise.race([work(signal), late]).catch((cause) => {
    throw new Problem(signal.aborted ? "timeout" : code, message, 0, undefined, cause);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
