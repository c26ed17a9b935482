import { type AuthorizeContext, BrokerError, checkMountable, type Exchange, type Mountable } from "@equos-broker/core";

/** What of an event is used: payload format 2.0, that of function URLs and HTTP APIs. */
export interface LambdaEvent {
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies?: readonly string[] | undefined;
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp: string } };
}

export interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
}

export type LambdaContext = AuthorizeContext<LambdaEvent>;

/** As long as an answer waits for what goes on behind it: a page's grace, and a stop. */
const BEHIND_MS = 5_000;

/**
 * A function's handler. The last segment of the path is the action.
 *
 * @example
 * ```ts
 * export const handler = toLambda(broker);
 * export const scheduled = () => broker.sweep().then(() => broker.reconcile()); // each minute
 * ```
 */
export function toLambda(broker: Mountable<LambdaEvent>) {
  checkMountable(broker);
  return async (event: LambdaEvent): Promise<LambdaAnswer> => {
    const behind: Promise<unknown>[] = [];
    const exchange: Exchange<LambdaEvent> = {
      method: event.requestContext.http.method,
      action: /([^/]+)\/?$/.exec(event.rawPath)?.[1] ?? "",
      header: (name) => (name === "cookie" ? event.cookies?.join("; ") : event.headers[name]),
      readBody: async (maxBytes) => {
        if (event.body === undefined) return undefined;
        const bytes = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
        if (bytes.length > maxBytes) throw new BrokerError("body-too-large");
        return bytes;
      },
      clientIp: event.requestContext.http.sourceIp,
      // Lambda tells nothing of a client that left: the time to join finds those.
      signal: new AbortController().signal,
      native: event,
      waitUntil: (task) => void behind.push(task.catch(() => undefined)),
    };
    const reply = await broker.handle(exchange);
    // With its answer the function is frozen, and what still runs with it. The scheduler's call sees to that.
    await within(BEHIND_MS, Promise.all(behind));
    if (reply === null) return { statusCode: 404 };
    const { "set-cookie": cookies = [], ...headers } = reply.headers;
    return {
      statusCode: reply.status,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      cookies: [cookies].flat(),
      ...(reply.body === null ? {} : { body: reply.body }),
    };
  };
}

async function within(ms: number, task: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([task, over]);
  clearTimeout(timer);
}
