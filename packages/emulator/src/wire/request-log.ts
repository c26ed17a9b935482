import type { OperationName } from "@equos-broker/api";

/** A request that reached one of the operations, refused ones included, health checks not. No header is kept, so neither is the key. */
export interface LoggedRequest {
  readonly operation: OperationName;
  readonly verb: string;
  /** Without the query. */
  readonly path: string;
  /** ISO string of the emulator's clock. */
  readonly at: string;
  readonly consumerIdentity?: string;
  /** The parsed JSON body; `undefined` without one. */
  readonly body: unknown;
  /** Status of the answer, or that the socket was closed; `undefined` while there is none. */
  outcome?: number | "dropped";
}

/** The most requests that are remembered; the oldest go first. */
export const rememberedRequests = 20_000;

/** The latest requests, without the key wherever it stood. */
export class RequestLog {
  readonly #key: string;
  #requests: LoggedRequest[] = [];

  constructor(key: string) {
    this.#key = key;
  }

  /** @param text - The body as it came, in which a key is looked for. */
  add(request: LoggedRequest, text: string): LoggedRequest {
    const isSuspect = text.includes(this.#key) || request.path.includes(this.#key) || text.includes("\\u");
    const entry = isSuspect ? this.#redacted(request) : request;
    this.#requests.push(entry);
    // Seldom, because it copies.
    if (this.#requests.length >= 2 * rememberedRequests) this.#requests = this.#requests.slice(-rememberedRequests);
    return entry;
  }

  all(): readonly LoggedRequest[] {
    return structuredClone(this.#requests.slice(-rememberedRequests));
  }

  /** The latest ones, newest first. */
  latest(count: number): readonly LoggedRequest[] {
    return structuredClone(this.#requests.slice(-count).reverse());
  }

  clear(): void {
    this.#requests = [];
  }

  /** A key that was sent in a path or a body, where none belongs. */
  #redacted(request: LoggedRequest): LoggedRequest {
    const text = JSON.stringify([request.path, request.body ?? null]);
    const key = JSON.stringify(this.#key).slice(1, -1);
    if (!text.includes(key)) return request;
    // What came from JSON is JSON again.
    const [path, body] = JSON.parse(text.replaceAll(key, "[key]")) as [string, unknown];
    return { ...request, path, body };
  }
}
