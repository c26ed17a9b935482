import { defaultTransport } from "#default-transport";
import type { checkAnswer } from "./answer-check.js";
import { checkedTimeout, limited } from "./call-limit.js";
import { type Arguments, bodyOf, targetOf } from "./call-url.js";
import { EQUOS_ENDPOINT, parseEndpoint } from "./endpoint.js";
import { FetchError, InvalidAnswerError, RequiredError, ResponseError } from "./errors.js";
import { fetchTransport } from "./fetch-transport.js";
import { type EquosApis, operations } from "./generated/operations.js";
import type { CallOptions, HookedCallOptions, OperationRow } from "./operation.js";
import type { Transport } from "./transport.js";

/** An API key, or a function that is asked for it before each call. */
export type ApiKey = string | (() => string | Promise<string>);

/** How an `EquosClient` calls Equos. */
export interface EquosClientOptions {
  /** Default `https://api.equos.ai`. `http:` is accepted on loopback only. */
  readonly endpoint?: string | undefined;
  /** Used for every call instead of the runtime's own way (on Node: a keep-alive agent). */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds that a call may take in all, the answer's body included; default 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether answers are compared with the OpenAPI document, so that a value has the type it claims; default `true`. What
   * checks them, zod among it, is loaded with the first answer.
   */
  readonly checkAnswers?: boolean | undefined;
  /**
   * Whether an empty body means `null` only with the documented status: 201 for POST, 200 for all
   * others. Gateways may send other empty answers. Default `false`: any 2xx.
   */
  readonly checkEmptyAnswers?: boolean | undefined;
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
    const call = caller(apiKey, endpoint, transport, {
      timeoutMs: checkedTimeout(options.timeoutMs ?? 60_000),
      checkAnswers: options.checkAnswers ?? true,
      checkEmptyAnswers: options.checkEmptyAnswers ?? false,
    });
    const apis = mapValues(operations, (rows) =>
      mapValues(
        rows,
        (row, method) => (args?: Arguments, callOptions?: CallOptions) => call(method, row, args, callOptions),
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

function mapValues<TValue, TResult>(
  record: Readonly<Record<string, TValue>>,
  map: (value: TValue, name: string) => TResult,
) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

interface Defaults {
  readonly timeoutMs: number;
  readonly checkAnswers: boolean;
  readonly checkEmptyAnswers: boolean;
}

function caller(apiKey: ApiKey, endpoint: string, transport: Transport, defaults: Defaults) {
  return async (
    method: string,
    row: OperationRow,
    args: Arguments = {},
    options: HookedCallOptions = {},
  ): Promise<unknown> => {
    const url = endpoint + targetOf(method, row, args);
    const body = bodyOf(method, row, args);
    const timeoutMs = checkedTimeout(options.timeoutMs ?? defaults.timeoutMs);
    try {
      const limit = { operation: method, timeoutMs, signal: options.signal };
      const { status, headers, text } = await limited(limit, async (ending) => {
        // A caller that gives up in the same turn has sent nothing.
        const key = await (typeof apiKey === "function" ? ending.race(fetchedKey(apiKey)) : checkedKey(apiKey));
        ending.throwIfEnded();
        const { beforeSend } = options;
        return await transport({ verb: row.verb, url, headers: headersOf(key, body), body, ending, beforeSend });
      });
      if (status < 200 || status > 299) {
        const kept = text?.slice(0, MAX_ERROR_CHARACTERS) ?? "";
        throw new ResponseError({ status, headers, text: async () => kept });
      }
      const documented = !defaults.checkEmptyAnswers || status === (row.verb === "POST" ? 201 : 200);
      const value = parseAnswer(method, status, text, documented);
      if (defaults.checkAnswers) (check ?? (await loadedCheck()))(method, status, value);
      return value;
    } catch (error) {
      throw error instanceof FetchError ? error.of(method) : error;
    }
  };
}

const headersOf = (key: string, body: string | undefined): Readonly<Record<string, string>> =>
  body === undefined
    ? { accept: "application/json", "x-api-key": key }
    : { accept: "application/json", "x-api-key": key, "content-type": "application/json" };

let check: typeof checkAnswer | undefined;

/** Brought in with the first answer: who wants no checks does not load zod. */
async function loadedCheck(): Promise<typeof checkAnswer> {
  check = (await import("./answer-check.js")).checkAnswer;
  return check;
}

const fetchedKey = async (apiKey: Exclude<ApiKey, string>): Promise<string> => checkedKey(await apiKey());

/** Removes the line break that a secret from a file ends with. */
function checkedKey(key: unknown): string {
  const trimmed = typeof key === "string" ? key.trim() : "";
  // Checked here because `fetch` quotes the value of a header that it refuses.
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  const message = "The Equos API key is empty or has characters that no header can carry";
  throw new RequiredError("apiKey", undefined, message);
}

function parseAnswer(method: string, status: number, text: string | undefined, mayBeEmpty: boolean): unknown {
  if (text === undefined) throw new InvalidAnswerError(method, status, { reason: "is larger than 16 MiB" });
  // NestJS sends a `null` result as an empty body.
  if (text.trim() === "" && mayBeEmpty) return null;
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would quote the body.
    throw new InvalidAnswerError(method, status, { reason: "is not JSON" });
  }
}
