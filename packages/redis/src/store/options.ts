import { BrokerError } from "@equos-broker/core";

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /**
   * Start of all keys: `{prefix}:…`. Give each deployment that shares a Redis database its own prefix. 1 to 64 letters,
   * digits, and `. _ - :`. Default: `equos-broker`.
   */
  readonly prefix?: string | undefined;
  /**
   * States that this Redis never evicts data. Only counts where Redis does not report its `maxmemory-policy`, as on some
   * hosted services. Default: such a Redis is refused.
   */
  readonly noEviction?: true | undefined;
}

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * Returns the options with their defaults.
 *
 * @throws BrokerError `invalid-option`
 */
export function parseOptions(options: RedisStoreOptions): { readonly prefix: string; readonly noEviction: boolean } {
  // JavaScript callers can pass anything.
  const input: unknown = options;
  if (typeof input !== "object" || input === null) throw invalid("the options must be an object");
  const unknown = Object.keys(input).find((name) => name !== "prefix" && name !== "noEviction");
  if (unknown !== undefined) {
    throw invalid(`unknown option ${JSON.stringify(unknown.slice(0, 40))}; use prefix or noEviction`);
  }
  const { prefix = "equos-broker", noEviction } = options;
  if (typeof prefix !== "string" || !PREFIX.test(prefix)) {
    throw invalid("prefix must be 1 to 64 letters, digits, and . _ - : without braces");
  }
  if (noEviction !== undefined && noEviction !== true) throw invalid("noEviction must be true or absent");
  return { prefix, noEviction: noEviction === true };
}

const invalid = (problem: string) => new BrokerError("invalid-option", { hint: `redisStore: ${problem}` });
