import { Departure } from "./departure.js";
import type { Exchange, Mountable, Reply } from "./exchange.js";
import type { Logger } from "./logger.js";
import { readNodeBody } from "./node-body.js";
import type { NodeRequest, NodeResponse, NodeStream } from "./node-types.js";
import { addVary } from "./vary.js";

/** What an adapter tells {@link serveNode} of a request. */
export interface NodeExchangeOptions<TNative> {
  readonly action: string;
  readonly native: TNative;
  readonly clientIp?: string | undefined;
  /** The framework's log of this request, if it has one. */
  readonly logger?: Logger | undefined;
  /** The body, where the framework hands out another stream than the request itself. */
  readonly body?: NodeStream | undefined;
  /** Hands the reply to the framework. Default: written with Node's own means. May throw: then nobody has it. */
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
  // Whoever is still there gets the host's error in the place of ours.
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
