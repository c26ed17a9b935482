import { BrokerError } from "./errors.js";
import type { Logger } from "./logger.js";

/**
 * One request of a framework, as an adapter passes it to the broker.
 * `TNative` is the type of `context.native` in `authorize`.
 */
export interface Exchange<TNative = unknown> {
  readonly method: string;
  /** The segment below the mount: `start`, `stop`, … */
  readonly action: string;
  /** Returns the first value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * Returns the body: a string, bytes, or what a parser of the host has returned; `undefined` if there is none.
   *
   * @throws BrokerError `body-too-large` or `body-unreadable`
   */
  readBody(maxBytes: number): Promise<unknown>;
  /** As the framework reports it; the broker reads no `X-Forwarded-For`. */
  readonly clientIp: string | undefined;
  /** Aborts only if the client left before the reply was written. */
  readonly signal: AbortSignal;
  readonly native: TNative;
  /** The framework's own log of this request. Default: the broker's option `logger`. */
  readonly logger?: Logger | undefined;
  /** Keeps the process alive for work after the reply, on platforms that would end it. */
  waitUntil(task: Promise<unknown>): void;
}

/** The response to an exchange, ready to be written. */
export interface Reply {
  readonly status: number;
  /** Lower-case names. `set-cookie` and `vary` are added to what the host set; all others replace. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | null;
  /** Call it, once, if the client did not receive the reply in full. */
  readonly undelivered?: (() => Promise<void>) | undefined;
}

/** What `authorize` receives. Each adapter exports one: `ExpressContext`, `FetchContext`, … */
export interface AuthorizeContext<TNative = unknown>
  extends Pick<Exchange<TNative>, "header" | "clientIp" | "signal" | "native"> {
  readonly action: Action;
}

/** A route of the broker: the segment below its mount. */
export type Action = "start" | "stop" | "keepalive" | "token";

/** What adapters mount: the part of the broker that they use. `TNative` keeps a broker off another framework's adapter. */
export interface Mountable<TNative = never> {
  /** The segments below the mount that are the broker's. All others are the host's. */
  readonly actions: readonly string[];
  readonly handle: (exchange: Exchange<TNative>) => Promise<Reply | null>;
}

/**
 * Checks what an adapter mounts, because it could otherwise only fail at the first request.
 *
 * @throws BrokerError `invalid-option`
 */
export function checkMountable(broker: unknown): void {
  // A caller in JavaScript may pass anything.
  const { actions, handle } = Object(broker) as Partial<Record<"actions" | "handle", unknown>>;
  if (Array.isArray(actions) && typeof handle === "function") return;
  throw new BrokerError("invalid-option", { hint: "What is mounted must be a ConversationBroker" });
}

/** Returns the last segment of a URL's path, without query and one trailing slash. */
export function lastSegment(url: string): string {
  const path = url.replace(/[?#].*/s, "").replace(/\/$/, "");
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Adds names to the `Vary` header that the host has set. Each name stands there once. */
export function addVary(present: unknown, added: string): string {
  if (present === undefined) return added;
  const names = `${String(present)},${added}`.split(",").map((name) => name.trim());
  const unique = new Map(names.map((name) => [name.toLowerCase(), name]));
  unique.delete("");
  return unique.has("*") ? "*" : [...unique.values()].join(", ");
}

/** Joins the chunks of a body. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** The `waitUntil` of a platform that keeps running after the reply. */
export const ignoreRejection = (task: Promise<unknown>): void => void task.catch(() => undefined);
