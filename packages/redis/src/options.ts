import { BrokerError } from "@equos-broker/core";

export interface RedisLedgerOptions {
  /**
   * What the keys begin with: all are `{prefix}:<name>`. Whatever shares a Redis database and is not the same
   * installation needs another one. Letters, digits and `. _ - :`, 1 to 64. Default `equos-broker`.
   */
  readonly prefix?: string | undefined;
  /** For tests: time in ms, in the place of Redis' own. */
  readonly clock?: { now(): number } | undefined;
}

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/** @throws BrokerError `invalid-option` */
export function checkOptions(options: RedisLedgerOptions): { prefix: string; clock: { now(): number } | undefined } {
  // Whoever calls from JavaScript may have passed anything.
  const given: unknown = options;
  if (typeof given !== "object" || given === null) throw wrong("the options must be an object");
  const unknown = Object.keys(given).find((name) => name !== "prefix" && name !== "clock");
  if (unknown !== undefined) throw wrong(`there is no option ${unknown}; it takes prefix and clock`);
  const { prefix = "equos-broker", clock } = options;
  if (typeof prefix !== "string" || !PREFIX.test(prefix)) {
    throw wrong("prefix must be 1 to 64 letters, digits and . _ - : (no braces)");
  }
  if (clock !== undefined && typeof clock?.now !== "function") throw wrong("clock must be an object with a method now");
  return { prefix, clock };
}

const wrong = (what: string) => new BrokerError("invalid-option", { hint: `redisLedger: ${what}` });
