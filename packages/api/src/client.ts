import { defaultTransport } from "#default-transport";
import { EQUOS_ENDPOINT, parseEndpoint } from "./endpoint.js";
import { InvalidAnswerError, RequiredError, ResponseError, TimeoutError } from "./errors.js";
import { fetchTransport } from "./fetch-transport.js";
import { type EquosApis, operations } from "./generated/operations.js";
import type { CallOptions, OperationRow } from "./operation.js";
import type { Transport } from "./transport.js";

/** An API key, or a function that is asked for it before each call. */
export type ApiKey = string | (() => string | Promise<string>);

export interface EquosClientOptions {
  /** Default `https://api.equos.ai`. `http:` is accepted on loopback only. */
  readonly endpoint?: string | undefined;
  /** Used for every call instead of the runtime's own way (on Node: a keep-alive agent). */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds that a call may take in all, the answer's body included; default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/** Upstream's error bodies are kept for the server log only, and only so much of them. */
const MAX_ERROR_CHARACTERS = 64 * 1024;

/** Has whatever namespaces are generated. */
const Namespaces = class {
  constructor(apis: EquosApis) {
    Object.assign(this, apis);
  }
} as new (
  apis: EquosApis,
) => EquosApis;

/**
 * A client of the Equos API v3 with the namespaces, methods and argument objects of the official SDK's `EquosClient`,
 * so that one can stand for the other. It adds what that one lacks: a time limit on every call, no redirects, and
 * runtimes other than Node.
 *
 * Answers come as upstream sent them: dates are ISO strings, and a missing resource is `null`.
 *
 * @example
 * ```ts
 * const equos = EquosClient.create(process.env.EQUOS_API_KEY ?? "");
 * const { conversations } = await equos.conversations.listConversations({ take: 50 });
 * ```
 */
export class EquosClient extends Namespaces {
  readonly #endpoint: string;

  private constructor(apis: EquosApis, endpoint: string) {
    super(apis);
    this.#endpoint = endpoint;
  }

  /** @throws TypeError when an option is wrong; an empty or unsendable key is refused at the first call. */
  static create(apiKey: ApiKey, options: EquosClientOptions = {}): EquosClient {
    const endpoint = parseEndpoint(options.endpoint ?? EQUOS_ENDPOINT);
    const transport = options.fetch ? fetchTransport(options.fetch) : defaultTransport;
    const call = caller(apiKey, endpoint, transport, checkedTimeout(options.timeoutMs ?? 60_000));
    const apis = mapValues(operations, (rows) =>
      mapValues(
        rows,
        (row: OperationRow) => (args?: object, callOptions?: CallOptions) => call(row, args, callOptions),
      ),
    );
    // The table and the interfaces are generated from the same rows; a type cannot follow that.
    return new EquosClient(apis as unknown as EquosApis, endpoint);
  }

  /** The endpoint in use, without a trailing slash. */
  getBasePath(): string {
    return this.#endpoint;
  }
}

function mapValues<TValue, TResult>(record: Readonly<Record<string, TValue>>, map: (value: TValue) => TResult) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function caller(apiKey: ApiKey, endpoint: string, transport: Transport, defaultTimeoutMs: number) {
  return async (row: OperationRow, args: object = {}, options: CallOptions = {}): Promise<unknown> => {
    const values = new Map<string, unknown>(Object.entries(args));
    const url = endpoint + pathOf(row, values);
    const body = bodyOf(row, values);
    const timeoutMs = checkedTimeout(options.timeoutMs ?? defaultTimeoutMs);
    const limit = new AbortController();
    const ended = aborted(limit.signal);
    const timer = setTimeout(() => limit.abort(new TimeoutError(timeoutMs)), timeoutMs);
    const follow = () => limit.abort(options.signal?.reason);
    options.signal?.addEventListener("abort", follow, { once: true });
    if (options.signal?.aborted) follow();
    try {
      limit.signal.throwIfAborted();
      const key = await Promise.race([keyOf(apiKey), ended]);
      limit.signal.throwIfAborted();
      const answer = transport({
        verb: row.verb,
        url,
        headers: {
          accept: "application/json",
          "x-api-key": key,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body,
        signal: limit.signal,
      });
      // A team's own `fetch` may not look at its signal.
      const { status, headers, text } = await Promise.race([answer, ended]);
      if (status < 200 || status > 299) {
        const kept = text?.slice(0, MAX_ERROR_CHARACTERS) ?? "";
        throw new ResponseError({ status, headers, text: async () => kept });
      }
      return parseAnswer(status, text);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", follow);
    }
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  // Nobody may be waiting yet.
  promise.catch(() => undefined);
  return promise;
}

function checkedTimeout(timeoutMs: number): number {
  // Timers take what they cannot count, such as `Infinity`, for one millisecond.
  if (timeoutMs > 0 && timeoutMs < 2 ** 31) return timeoutMs;
  throw new TypeError("timeoutMs must be a number of milliseconds above 0 and below 2^31 (24 days)");
}

async function keyOf(apiKey: ApiKey): Promise<string> {
  const key = typeof apiKey === "function" ? await apiKey() : apiKey;
  // Checked here because `fetch` quotes the value of a header that it refuses.
  if (typeof key !== "string" || !/^[\x21-\x7e]+$/.test(key)) {
    throw new RequiredError("apiKey", "The Equos API key is empty or has characters that no header can carry");
  }
  return key;
}

function pathOf({ path, inPath, inQuery }: OperationRow, values: ReadonlyMap<string, unknown>): string {
  let result = path;
  for (const name of inPath) {
    const value = values.get(name);
    if (value === undefined || value === null || value === "") throw new RequiredError(name);
    if (value === "." || value === "..") throw new RequiredError(name, `"${name}" cannot be a path of dots`);
    result = result.replace(`{${name}}`, () => encodeURIComponent(String(value)));
  }
  const query = new URLSearchParams();
  for (const name of inQuery) {
    const value = values.get(name);
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  return query.size > 0 ? `${result}?${query}` : result;
}

function bodyOf({ body }: OperationRow, values: ReadonlyMap<string, unknown>): string | undefined {
  if (body === undefined) return undefined;
  const value = values.get(body);
  if (value === undefined || value === null) throw new RequiredError(body);
  return JSON.stringify(value);
}

function parseAnswer(status: number, text: string | undefined): unknown {
  if (text === undefined) throw new InvalidAnswerError(status);
  // NestJS sends a `null` result as an empty body.
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidAnswerError(status);
  }
}
