import { ledgerContract } from "@equos-broker/ledger-contract";
import { describe, it } from "vitest";
import { type RedisClient, redisLedger } from "../../src/index.js";
import { keysOf } from "../../src/keys.js";
import type { Connect, Connected } from "./clients.js";
import { TestClock } from "./desk.js";

const HANDLES = 4;

export interface ContractOptions {
  /** Of each property; a run takes some hundred steps, each of them a round trip. */
  readonly runs: number;
  /** Called before each case with its connections, and gives what its ledgers are to use in their place. */
  readonly through?: (connections: readonly Connected[]) => Promise<readonly RedisClient[]>;
}

/** The whole contract of a ledger, in a Redis that several handles use through one client library. */
export function contractIn(
  name: string,
  where: () => Promise<number | string>,
  connect: Connect,
  { runs, through = async (connections) => connections.map(({ client }) => client) }: ContractOptions,
): void {
  describe(name, () => {
    let connections: Promise<Connected[]> | undefined;
    let books = 0;

    // Somebody else's Redis may hold other things: each case has a prefix of its own, and takes away what it wrote.
    const open = async () => {
      const place = await where();
      connections ??= Promise.all(Array.from({ length: HANDLES }, () => connect(place)));
      const connected = await connections;
      const [first, ...others] = await through(connected);
      if (first === undefined) throw new Error("no connection");
      books += 1;
      const clock = new TestClock();
      const options = { prefix: `contract-${process.pid}-${name.replaceAll(/\W/g, "-").slice(0, 30)}-${books}`, clock };
      return {
        ledger: redisLedger(first, options),
        clock,
        others: others.map((other) => redisLedger(other, options)),
        close: async () => {
          await connected[0]?.command("DEL", ...keysOf(options.prefix));
        },
      };
    };

    for (const { name: rule, run } of ledgerContract({ open, runs })) it(rule, { timeout: 60_000 }, run);
  });
}
