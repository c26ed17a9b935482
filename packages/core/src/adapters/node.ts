import { BrokerError } from "../errors.js";
import {
  type AuthorizeContext,
  addVary,
  checkMountable,
  type Exchange,
  joined,
  lastSegment,
  type Mountable,
  type Reply,
} from "../exchange.js";
import { problemReply } from "../http/reply.js";
import { consoleLogger, guarded, type Logger } from "../logger.js";

/** The part of Node's `Socket` that is needed; emulated ones may have less. @inline */
export interface NodeSocket {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean | undefined;
  once?(event: string, listener: () => void): unknown;
}

/** The part of Node's `Readable` that is needed. */
export interface NodeStream {
  readonly readable: boolean;
  /** Part of it has been read. */
  readonly readableDidRead?: boolean | undefined;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  resume(): unknown;
  destroy?(): unknown;
}

/** The part of Node's `IncomingMessage` that is needed: no type of Node's, Express' or another framework's. */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: NodeSocket | null | undefined;
}

/** The part of Node's `ServerResponse` that is needed. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed?: boolean | undefined;
  /** `null` while it waits behind another one of its connection. */
  readonly socket?: unknown;
  /** HTTP/2's. */
  readonly stream?: { readonly destroyed?: boolean; readonly rstCode?: number | undefined } | undefined;
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(body?: string): unknown;
  once(event: string, listener: () => void): unknown;
}

/** What an adapter tells {@link serveNode} of a request. */
export interface NodeExchangeOptions<TNative> {
  readonly action: string;
  readonly native: TNative;
  readonly clientIp?: string | undefined;
  /** The framework's log of this request, if it has one. */
  readonly logger?: Logger | undefined;
  /** The body, where the framework hands out another stream than the request itself. */
  readonly body?: NodeStream | undefined;
  /** Hands the reply to the framework. Default: written with Node's own means. May throw: then the client has not received it. */
  readonly write?: ((reply: Reply) => void) | undefined;
  /** Whether the framework has sent something else in the place of the reply. Asked when the response is closed. */
  readonly replaced?: (() => boolean) | undefined;
}

/**
 * Serves one request of a server that hands out Node's request and response, for adapters of such frameworks.
 * `false`: the action is none of the broker's, and nothing was written. Rejects when the reply could not be written: then
 * the host has to answer, and nothing is left running.
 */
export async function serveNode<TNative>(
  broker: Mountable<TNative>,
  request: NodeRequest,
  response: NodeResponse,
  { action, native, clientIp, logger, body, write, replaced }: NodeExchangeOptions<TNative>,
): Promise<boolean> {
  const departure = new Departure(request, response);
  const exchange: Exchange<TNative> = {
    method: request.method ?? "",
    action,
    header: (name) => headerOf(request, name),
    readBody: (maxBytes) => readNodeBody(request, maxBytes, body),
    clientIp: clientIp ?? request.socket?.remoteAddress,
    get signal() {
      return departure.signal;
    },
    native,
    logger,
    // A Node server lives on after the reply.
    waitUntil: (task) => void task.catch(() => undefined),
  };
  const reply = await broker.handle(exchange);
  if (reply === null) return false;
  const failure = begin(response, reply, departure, write);
  if (failure === undefined && reply.undelivered !== undefined) await departure.closed;
  // A hook of the host's that failed while ours was sent has put an answer of its own in its place.
  const isReplaced = response.statusCode >= 400 || replaced?.() === true;
  if (failure !== undefined || !departure.isWhole || isReplaced) await reply.undelivered?.();
  // A client that is still connected gets the host's error instead.
  if (failure !== undefined && !response.headersSent && !departure.isGone) throw failure.error;
  return true;
}

function headerOf({ headers }: NodeRequest, name: string): string | undefined {
  // HTTP/2 has no Host header.
  const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
  return typeof value === "string" ? value : value?.[0];
}

/** Begins to write. What it gives is why that was not possible. */
function begin(
  response: NodeResponse,
  reply: Reply,
  departure: Departure,
  write = (whole: Reply) => writeReply(response, whole),
): { readonly error: unknown } | undefined {
  if (response.headersSent || departure.isGone) return { error: undefined };
  try {
    write(reply);
    return undefined;
  } catch (error) {
    return { error }; // A host that has already ended the response, or refuses a header.
  }
}

/** Writes a reply with Node's own means; what the host has set of `set-cookie` and `vary` stays. */
export function writeReply(response: NodeResponse, reply: Reply): void {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) {
    const present = name === "set-cookie" || name === "vary" ? response.getHeader(name) : undefined;
    response.setHeader(name, present === undefined ? value : together(name, present, value));
  }
  response.end(reply.body ?? undefined);
}

function together(name: string, present: unknown, added: string | readonly string[]): string | string[] {
  return name === "vary" ? addVary(present, String(added)) : [present, added].flat().map(String);
}

/**
 * The body of a Node request: the raw stream while it can still be read, else what a parser of the host made of it.
 * Whether `body` exists says nothing: parsers set it without having read anything.
 *
 * `stream`: what the host made of the raw one, such as an unpacked one.
 */
export async function readNodeBody(
  request: NodeRequest,
  maxBytes: number,
  stream: NodeStream = request,
): Promise<unknown> {
  if (stream.readable && !stream.readableEnded && !stream.destroyed) {
    // Other code has read the beginning: the rest would be a different request.
    if (stream.readableDidRead) throw new BrokerError("body-unreadable");
    return await readStream(stream, maxBytes).catch((error: unknown) => {
      // What the host unpacks is unpacked no further; the connection stays usable.
      if (stream !== request) stream.destroy?.();
      request.resume();
      throw error;
    });
  }
  // Broken off before anybody read it: what a parser that had nothing to do with it left is not its body.
  if (stream.destroyed && !stream.readableEnded) throw new BrokerError("body-unreadable");
  // Express and its parsers put it here; serverless hosts behind a getter that may throw.
  const parsed = "body" in request ? request.body : undefined;
  // Other code has read and kept it: a start without its body would be a different start.
  if (parsed === undefined && hadBody(request)) throw new BrokerError("body-unreadable");
  return parsed;
}

function hadBody({ headers }: NodeRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function readStream(stream: NodeStream, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const stop = () => {
      stream.off("data", onData);
      stream.off("end", onEnd);
      stream.off("error", onBroken);
      stream.off("close", onBroken);
    };
    const onData = (chunk: unknown) => {
      // A host that set an encoding gives strings.
      const bytes = chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk));
      size += bytes.byteLength;
      if (size <= maxBytes) {
        chunks.push(bytes);
        return;
      }
      stop();
      reject(new BrokerError("body-too-large"));
    };
    const onEnd = () => {
      stop();
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : joined(chunks, size));
    };
    const onBroken = () => {
      stop();
      reject(new BrokerError("body-unreadable"));
    };
    stream.on("data", onData);
    stream.on("end", onEnd);
    stream.on("error", onBroken);
    stream.on("close", onBroken);
    stream.resume();
  });
}

/** Watches one response until it is closed: written as a whole, or left by its client before. */
export class Departure {
  readonly #response: NodeResponse;
  #finished = false;
  #happened = false;
  #controller: AbortController | undefined;
  readonly closed: Promise<void>;

  constructor({ socket }: NodeRequest, response: NodeResponse) {
    this.#response = response;
    this.closed = new Promise((resolve) => {
      const onClose = () => {
        forget?.();
        if (!this.isWhole) this.#happen();
        resolve();
      };
      // A response that waits behind another one has no connection yet, and hears nothing of that one's end.
      const forget = response.socket ? undefined : onSocketClose(socket, onClose);
      // Emulated responses say that they have finished, and have no flag for it.
      response.once("finish", () => {
        this.#finished = true;
      });
      // Only the response's closing means something: the request also "closes" after its body was parsed.
      response.once("close", onClose);
    });
    if (this.isGone || socket?.destroyed === true) this.#happen();
  }

  /** Created at first use: most refusals never need it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#happened) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** The client has left. */
  get isGone(): boolean {
    const { destroyed, stream } = this.#response;
    return this.#happened || (destroyed || stream?.destroyed) === true;
  }

  /** All of it was written. HTTP/2 takes one whose stream was reset for finished, with a code that says why. */
  get isWhole(): boolean {
    const { writableEnded, writableFinished, stream } = this.#response;
    return writableEnded && (this.#finished || writableFinished) && (stream?.rstCode ?? 0) === 0;
  }

  #happen(): void {
    this.#happened = true;
    this.#controller?.abort();
  }
}

/** One listener for each connection, however many requests come over it. */
const listening = new WeakMap<NodeSocket, Set<() => void>>();

/** Gives a function that forgets the task again. */
function onSocketClose(socket: NodeSocket | null | undefined, task: () => void): () => void {
  if (typeof socket?.once !== "function") return () => undefined;
  const tasks = listening.get(socket) ?? new Set();
  if (!listening.has(socket)) {
    listening.set(socket, tasks);
    socket.once("close", () => {
      for (const each of [...tasks]) each();
    });
  }
  tasks.add(task);
  return () => void tasks.delete(task);
}

/** What `authorize` is given behind {@link toNodeHandler}; annotate with your own request type where you have one. */
export type NodeContext<
  TRequest extends NodeRequest = NodeRequest,
  TResponse extends NodeResponse = NodeResponse,
> = AuthorizeContext<{ readonly req: TRequest; readonly res: TResponse }>;

/**
 * A `(req, res)` handler for `node:http`, the Pages API of Next, and every other server with Node's objects. You route
 * to it; the last segment of the path is the action, and any other than the broker's answers 404.
 *
 * @example
 * ```ts
 * http.createServer(toNodeHandler(broker)).listen(3000);
 * ```
 */
export function toNodeHandler<TRequest extends NodeRequest, TResponse extends NodeResponse>(
  broker: Mountable<{ readonly req: TRequest; readonly res: TResponse }>,
): (req: TRequest, res: TResponse) => Promise<void> {
  checkMountable(broker);
  return async (req, res) => {
    const action = lastSegment(req.url ?? "");
    try {
      if (await serveNode(broker, req, res, { action, native: { req, res } })) return;
      if (!res.headersSent) writeReply(res, problemReply(new BrokerError("unknown-action")));
    } catch (error) {
      // No code behind this handler would answer or log. The message may quote a header, such as a cookie.
      const name = error instanceof Error ? error.name : typeof error;
      guarded(consoleLogger).error(
        { action, error: name },
        "A reply could not be written; what was started is stopped",
      );
      if (!res.headersSent) res.statusCode = 500;
      res.end();
    }
  };
}
