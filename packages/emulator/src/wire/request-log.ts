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

  add(request: LoggedRequest): LoggedRequest {
    const entry = this.#redacted(request);
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

  /** A key that was sent where none belongs. */
  #redacted(request: LoggedRequest): LoggedRequest {
    const { consumerIdentity, body } = request;
    // A route was found, so the path is a valid percent-encoding.
    const path = decodeURIComponent(request.path);
    if (!this.#isIn([path, consumerIdentity, body])) return request;
    return {
      ...request,
      path: this.#without(path),
      body: this.#without(body),
      ...(consumerIdentity === undefined ? {} : { consumerIdentity: this.#without(consumerIdentity) }),
    };
  }

  #isIn(value: unknown): boolean {
    if (typeof value === "string") return value.includes(this.#key);
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(value).some(([name, child]) => name.includes(this.#key) || this.#isIn(child));
  }

  /** The same shape, so the same type. */
  #without<T>(value: T): T;
  #without(value: unknown): unknown {
    if (typeof value === "string") return value.replaceAll(this.#key, "[key]");
    if (Array.isArray(value)) return value.map((child) => this.#without(child));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [this.#without(name), this.#without(child)]),
    );
  }
}
