import { BrokerError } from "@equos-broker/core";

/** Options of `redisLedger`. */
export interface RedisLedgerOptions {
  /**
   * What the keys begin with: all are `{prefix}:<name>`. Whatever shares a Redis database and is not the same
   * installation needs another one. Letters, digits and `. _ - :`, 1 to 64. Default `equos-broker`.
   */
  readonly prefix?: string | undefined;
  /**
   * You have made sure that this store throws no entries away when it is full. Only where it does not tell by itself, as
   * some hosted ones: what it tells counts more. Default: such a store is refused.
   */
  readonly noEviction?: true | undefined;
  /** For tests: time in ms, in the place of Redis' own. */
  readonly clock?: { now(): number } | undefined;
}

interface Checked {
  readonly prefix: string;
  readonly noEviction: boolean;
  readonly clock: { now(): number } | undefined;
}

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/** @throws BrokerError `invalid-option` */
export function checkOptions(options: RedisLedgerOptions): Checked {
  // Whoever calls from JavaScript may have passed anything.
  const given: unknown = options;
  if (typeof given !== "object" || given === null) throw wrong("the options must be an object");
  const unknown = Object.keys(given).find((name) => !["prefix", "noEviction", "clock"].includes(name));
  if (unknown !== undefined) throw wrong(`there is no option ${unknown}; it takes prefix, noEviction and clock`);
  const { prefix = "equos-broker", noEviction, clock } = options;
  if (typeof prefix !== "string" || !PREFIX.test(prefix)) {
    throw wrong("prefix must be 1 to 64 letters, digits and . _ - : (no braces)");
  }
  if (clock !== undefined && typeof clock?.now !== "function") throw wrong("clock must be an object with a method now");
  if (noEviction !== undefined && noEviction !== true) throw wrong("noEviction must be true, or left out");
  return { prefix, noEviction: noEviction === true, clock };
}

const wrong = (what: string) => new BrokerError("invalid-option", { hint: `redisLedger: ${what}` });
