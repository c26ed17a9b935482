import { BrokerError } from "./errors.js";
import type { Logger } from "./logger.js";

/**
 * What an adapter makes of one request of its framework: all that the broker needs, and nothing built for it.
 * `TNative` is what `authorize` finds in `context.native`.
 */
export interface Exchange<TNative = unknown> {
  readonly method: string;
  /** The segment below the mount: `start`, `stop`, … */
  readonly action: string;
  /** First value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * The body: a string, bytes, or what a parser of the host made of it; `undefined` when there is none.
   * Rejects with a `BrokerError` `body-too-large` or `body-unreadable`.
   */
  readBody(maxBytes: number): Promise<unknown>;
  /** The framework's opinion; the broker reads no `X-Forwarded-For`. */
  readonly clientIp: string | undefined;
  /** Aborts only when the client left before the reply was written. */
  readonly signal: AbortSignal;
  readonly native: TNative;
  /** The framework's own log of this request. Default: the broker's option `logger`. */
  readonly logger?: Logger | undefined;
  /** Keeps the process alive for work after the reply, where a platform needs to be told. */
  waitUntil(task: Promise<unknown>): void;
}

/** The answer, ready to be written: already reduced, already text. */
export interface Reply {
  readonly status: number;
  /** Lower-case names. `set-cookie` and `vary` are added to what the host set; all others replace. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | null;
  /** Call it, once, when the reply could not be handed to the client in full. */
  readonly undelivered?: (() => Promise<void>) | undefined;
}

/** What `authorize` is given. Each adapter exports one: `ExpressContext`, `FetchContext`, … */
export interface AuthorizeContext<TNative = unknown>
  extends Pick<Exchange<TNative>, "header" | "clientIp" | "signal" | "native"> {
  readonly action: Action;
}

/** A route of the broker: the segment below its mount. */
export type Action = "start" | "stop" | "keepalive" | "token";

/** What adapters mount: the broker, seen from outside. `TNative` keeps a broker off another framework's adapter. */
export interface Mountable<TNative = never> {
  /** The segments below the mount that are its own; every other one is the host's. */
  readonly actions: readonly string[];
  readonly handle: (exchange: Exchange<TNative>) => Promise<Reply | null>;
}

/**
 * For adapters: refuses at mounting what could only fail at the first request.
 *
 * @throws BrokerError `invalid-option`
 */
export function checkMountable(broker: unknown): void {
  // Only looked at: both may be anything.
  const { actions, handle } = (broker ?? {}) as Partial<Record<"actions" | "handle", unknown>>;
  if (Array.isArray(actions) && typeof handle === "function") return;
  throw new BrokerError("invalid-option", { hint: "What is mounted must be a ConversationBroker" });
}

/** The last segment of a URL's path, without a query and with one trailing slash forgiven. */
export function lastSegment(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** A `Vary` header with ours added to what the host has set: each name once. */
export function addVary(present: unknown, added: string): string {
  // As it is nearly always: of ours, nothing is there twice.
  if (present === undefined) return added;
  const names = [present, added].flat().flatMap((value) => String(value).split(","));
  const unique = new Map(names.map((name) => name.trim()).map((name) => [name.toLowerCase(), name]));
  unique.delete("");
  return unique.has("*") ? "*" : [...unique.values()].join(", ");
}

/** The chunks of a body, one after the other. */
export function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
