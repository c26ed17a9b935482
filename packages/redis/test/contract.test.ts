import { ledgerContract } from "@equos-broker/ledger-contract";
import { describe, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { keysOf } from "../src/keys.js";
import { type Connected, clients, closeClientsAfterwards } from "./support/clients.js";
import { TestClock } from "./support/desk.js";
import { anyRedis, describeWithRedis, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const HANDLES = 4;
/** Each run of a property takes some hundred steps, each of them a round trip. */
const RUNS = 25;

describeWithRedis("the contract of a ledger", () => {
  let url: Promise<string> | undefined;

  describe.each(clients)("in Redis through %s", (client, connect) => {
    let connections: Promise<Connected[]> | undefined;
    let books = 0;

    const connected = async () => {
      url ??= anyRedis();
      const where = await url;
      connections ??= Promise.all(Array.from({ length: HANDLES }, () => connect(where)));
      return connections;
    };

    // Somebody else's Redis may hold other things: each case has a prefix of its own, and takes away what it wrote.
    const open = async () => {
      const [first, ...others] = await connected();
      if (first === undefined) throw new Error("no connection");
      books += 1;
      const clock = new TestClock();
      const options = { prefix: `contract-${process.pid}-${client}-${books}`, clock };
      return {
        ledger: redisLedger(first.client, options),
        clock,
        others: others.map((other) => redisLedger(other.client, options)),
        close: async () => {
          await first.command("DEL", ...keysOf(options.prefix));
        },
      };
    };

    for (const { name, run } of ledgerContract({ open, runs: RUNS })) it(name, { timeout: 60_000 }, run);
  });
});
