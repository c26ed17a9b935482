import type { ErrorCode } from "../errors.js";
import { attempt, BrokerError } from "../errors.js";
import {
  type AuthorizeContext,
  addVary,
  checkMountable,
  concat,
  type Exchange,
  ignoreRejection,
  lastSegment,
  type Mountable,
  type Reply,
} from "../exchange.js";
import { problemReply } from "../http/reply.js";
import { consoleLogger, type Logger } from "../logger.js";

/** The part of Node's `Socket` that the adapter uses. Emulated sockets may have less. @inline */
export interface NodeSocket {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean | undefined;
  once?(event: string, listener: () => void): unknown;
  end?(): unknown;
  destroy?(): unknown;
  destroySoon?(): void;
}

/** The part of Node's `Readable` that the adapter uses. */
export interface NodeStream {
  readonly readable: boolean;
  /** Part of it has been read. */
  readonly readableDidRead?: boolean | undefined;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  pause?(): unknown;
  resume(): unknown;
  destroy?(): unknown;
}

/** The part of Node's `IncomingMessage` that the adapter uses. By structure, so no framework's types are needed. */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: NodeSocket | null | undefined;
  /** The whole body has arrived. */
  readonly complete?: boolean | undefined;
}

/** The part of Node's `ServerResponse` that the adapter uses. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed?: boolean | undefined;
  /** `null` while an earlier response of the same connection is not finished. */
  readonly socket?: unknown;
  /** HTTP/2 only. */
  readonly stream?:
    | {
        readonly destroyed?: boolean;
        readonly rstCode?: number | undefined;
        once?(event: string, listener: () => void): unknown;
        close?(): void;
      }
    | undefined;
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(body?: string): unknown;
  once(event: string, listener: () => void): unknown;
}

/** What an adapter passes to {@link serveNode} with a request. */
export interface NodeExchangeOptions<TNative> {
  readonly action: string;
  readonly native: TNative;
  readonly clientIp?: string | undefined;
  /** The framework's log of this request, if it has one. */
  readonly logger?: Logger | undefined;
  /** The body, if the framework provides another stream than the request itself. */
  readonly body?: NodeStream | undefined;
  /** Passes the reply to the framework. Default: written with Node's own methods. If it throws, the client has not received it. */
  readonly write?: ((reply: Reply) => void) | undefined;
  /** Returns whether the framework has sent something else instead of the reply. Called once the response is closed. */
  readonly replaced?: (() => boolean) | undefined;
}

/**
 * Serves one request of a server that provides Node's request and response, for adapters of such frameworks. Returns `false`,
 * without writing anything, if the action is not the broker's. Rejects if the reply could not be written: then the host has
 * to answer, and the conversation is stopped.
 */
export async function serveNode<TNative>(
  broker: Mountable<TNative>,
  request: NodeRequest,
  response: NodeResponse,
  { action, native, clientIp, logger, body, write, replaced }: NodeExchangeOptions<TNative>,
): Promise<boolean> {
  const departure = watchDeparture(request, response);
  const { headers } = request;
  const exchange: Exchange<TNative> = {
    method: request.method ?? "",
    action,
    native,
    logger,
    clientIp: clientIp ?? request.socket?.remoteAddress,
    header: (name) => {
      // HTTP/2 has no Host header.
      const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
      return typeof value === "string" ? value : value?.[0];
    },
    readBody: (maxBytes) => readNodeBody(request, maxBytes, body),
    get signal() {
      return departure.signal;
    },
    // A Node server keeps running after the reply.
    waitUntil: ignoreRejection,
  };
  const reply = await broker.handle(exchange);
  if (reply === null) return false;
  let isWritten = false;
  let failure: unknown;
  if (!response.headersSent && !departure.hasLeft()) {
    try {
      closeUnlessRead(request, response, reply.status);
      if (write) write(reply);
      else writeReply(response, reply);
      isWritten = true;
    } catch (error) {
      // The host has already ended the response, or refuses a header.
      failure = error;
    }
  }
  if (reply.undelivered !== undefined) {
    if (isWritten) await departure.closed;
    // A hook of the host that failed meanwhile has replaced the reply by its own.
    const isReplaced = response.statusCode >= 400 || replaced?.() === true;
    if (!isWritten || !departure.isWhole() || isReplaced) await reply.undelivered();
  }
  // A client that is still connected gets the host's error instead.
  if (!isWritten && !response.headersSent && !departure.hasLeft()) throw failure;
  return true;
}

/** Bytes of a refused body that are read and dropped, so that a client that sends before it reads gets its response. */
const MAX_DROPPED_BYTES = 1024 * 1024;
/** Time limit for that, in ms. */
const MAX_DROPPING_MS = 5_000;

/** Declared length of a body that Node may read by itself after the response, in bytes: the connection stays usable. */
const MAX_SMALL_BYTES = 16 * 1024;

/** Makes sure that a client whose body was not read to its end cannot send on after the response. */
function closeUnlessRead(request: NodeRequest, response: NodeResponse, status: number): void {
  // Emulated requests do not say it.
  if (request.complete !== false) return;
  const { stream } = response;
  if (stream) {
    // HTTP/2 has no connection headers: the stream is closed, and the connection stays.
    stream.once?.("finish", () => stream.close?.());
    return;
  }
  const { headers, socket } = request;
  const isSmall =
    headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) <= MAX_SMALL_BYTES;
  if (isSmall && status !== 408) return;
  response.setHeader("connection", "close");
  if (!socket?.destroySoon) return;
  let left = MAX_DROPPED_BYTES;
  let timer: unknown;
  const close = () => {
    clearTimeout(timer as number);
    socket.destroy?.();
  };
  // Read here, because Node reads the rest without a limit where no listener does.
  request.on("data", (chunk) => {
    left -= Object(chunk).length;
    if (left >= 0) return;
    if (timer === undefined) request.pause?.();
    else close();
  });
  request.resume();
  // Node calls it after the response. To close with unread bytes resets the connection, and the client loses the response.
  socket.destroySoon = () => {
    timer = setTimeout(close, left < 0 || request.complete ? 0 : MAX_DROPPING_MS);
    for (const event of ["end", "error", "close"]) request.on(event, close);
    socket.end?.();
  };
}

/** Adds to what the host has set of `set-cookie` and `vary`; all other headers replace. */
function writeReply(response: NodeResponse, { status, headers, body }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    const present = response.getHeader(name);
    if (name === "vary") response.setHeader(name, addVary(present, String(value)));
    else if (name === "set-cookie") response.setHeader(name, [present ?? [], value].flat().map(String));
    else response.setHeader(name, value);
  }
  response.end(body ?? undefined);
}

/**
 * Reads the stream while it can still be read, otherwise returns what a parser of the host has left. That a `body` exists
 * proves nothing: parsers set it without having read anything.
 *
 * @param stream what the host provides instead of the raw request, such as an unpacked stream
 */
async function readNodeBody(request: NodeRequest, maxBytes: number, stream: NodeStream = request): Promise<unknown> {
  if (stream.readable && !stream.readableEnded && !stream.destroyed) {
    // Other code has read the beginning: the rest would be a different request.
    if (stream.readableDidRead) throw new BrokerError("body-unreadable");
    return await readStream(stream, maxBytes).catch((error: unknown) => {
      // Stops the unpacking.
      if (stream !== request) stream.destroy?.();
      throw error;
    });
  }
  const isBroken = stream.destroyed && !stream.readableEnded;
  // Express and its parsers set `body`; serverless hosts have a getter that may throw.
  const parsed = !isBroken && "body" in request ? request.body : undefined;
  const { "transfer-encoding": encoding, "content-length": length = 0 } = request.headers;
  const hadBody = encoding !== undefined || Number(length) > 0;
  // Without the body that other code has read and kept, a start would be a different one.
  if (isBroken || (parsed === undefined && hadBody)) throw new BrokerError("body-unreadable");
  return parsed;
}

function readStream(stream: NodeStream, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const stop = () => {
      for (const [event, listener] of Object.entries(listeners)) stream.off(event, listener);
    };
    const fail = (code: ErrorCode) => {
      stop();
      reject(new BrokerError(code));
    };
    const onBroken = () => fail("body-unreadable");
    const listeners = {
      data: (chunk: unknown) => {
        // A host that has set an encoding emits strings.
        const bytes = chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk));
        size += bytes.byteLength;
        chunks.push(bytes);
        if (size > maxBytes) fail("body-too-large");
      },
      end: () => {
        stop();
        resolve(concat(chunks));
      },
      error: onBroken,
      close: onBroken,
    };
    for (const [event, listener] of Object.entries(listeners)) stream.on(event, listener);
    stream.resume();
  });
}

/** Watches one response until it is closed: written in full, or left by its client before. */
function watchDeparture({ socket }: NodeRequest, response: NodeResponse) {
  let controller: AbortController | undefined;
  let hasFinished = false;
  const isDestroyed = () => (response.destroyed || response.stream?.destroyed) === true;
  let hasLeft = isDestroyed() || socket?.destroyed === true;
  /** The reply was written in full. An HTTP/2 stream that was reset counts as finished too, with a code. */
  const isWhole = () => {
    const { writableEnded, writableFinished, stream } = response;
    // Emulated responses emit `finish` without setting the flag.
    return writableEnded && (hasFinished || writableFinished) && !stream?.rstCode;
  };
  response.once("finish", () => {
    hasFinished = true;
  });
  const closed = new Promise<void>((resolve) => {
    const onClose = () => {
      cancel?.();
      if (!isWhole()) {
        hasLeft = true;
        controller?.abort();
      }
      resolve();
    };
    // A response that waits for an earlier one has no connection yet, and is not notified when that ends.
    const cancel = response.socket || !socket?.once ? undefined : onSocketClose(socket, onClose);
    // Not the request's `close`, which follows the end of its body.
    response.once("close", onClose);
  });
  return {
    closed,
    isWhole,
    /** Created at first use: it costs microseconds, and most refusals do not need it. */
    get signal() {
      controller ??= new AbortController();
      if (hasLeft) controller.abort();
      return controller.signal;
    },
    hasLeft: () => hasLeft || isDestroyed(),
  };
}

/** Tasks per connection. One listener each, because Node warns about more than ten. */
const closeTasks = new WeakMap<NodeSocket, Set<() => void>>();

/** Runs the task when the connection closes. Returns a function that cancels it. */
function onSocketClose(socket: NodeSocket, task: () => void): () => void {
  const tasks = closeTasks.get(socket) ?? new Set();
  if (!closeTasks.has(socket)) {
    closeTasks.set(socket, tasks);
    socket.once?.("close", () => {
      for (const run of tasks) run();
    });
  }
  tasks.add(task);
  return () => tasks.delete(task);
}

/** What `authorize` receives behind {@link toNodeHandler}. Annotate it with your own request type if you have one. */
export type NodeContext<
  TRequest extends NodeRequest = NodeRequest,
  TResponse extends NodeResponse = NodeResponse,
> = AuthorizeContext<{ readonly req: TRequest; readonly res: TResponse }>;

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions<TRequest> {
  /** Returns the client's address, for example from a header that your own proxy sets. Default: the connection's. */
  readonly clientIp?: ((req: TRequest) => string | undefined) | undefined;
}

/**
 * Returns a `(req, res)` handler for `node:http`, Next's Pages API, and every other server with Node's objects. You route
 * to it. The last segment of the path is the action; any other than the broker's gets 404.
 *
 * @example
 * ```ts
 * http.createServer(toNodeHandler(broker)).listen(3000);
 * ```
 */
export function toNodeHandler<TRequest extends NodeRequest, TResponse extends NodeResponse>(
  broker: Mountable<{ readonly req: TRequest; readonly res: TResponse }>,
  { clientIp }: NodeHandlerOptions<TRequest> = {},
): (req: TRequest, res: TResponse) => Promise<void> {
  checkMountable(broker);
  return async (req, res) => {
    const action = lastSegment(req.url ?? "");
    try {
      const options = { action, native: { req, res }, clientIp: clientIp?.(req) };
      if (await serveNode(broker, req, res, options)) return;
      if (res.headersSent) return;
      closeUnlessRead(req, res, 404);
      writeReply(res, problemReply(new BrokerError("unknown-action")));
    } catch (error) {
      // No other code would answer or log. The error's message may quote a header, such as a cookie.
      const name = attempt(() => (error instanceof Error ? error.name : typeof error), "unknown");
      consoleLogger.error({ action, error: name }, "A reply could not be written; its conversation is stopped");
      if (!res.headersSent) res.statusCode = 500;
      res.end();
    }
  };
}
