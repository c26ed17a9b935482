import { type AuthorizeContext, type Ledger, memoryLedger } from "@equos-broker/core";
import { brokerOn } from "./broker.js";
import { exchange } from "./exchange.js";
import { atMost, exactly, megabytes, seconds, told, whole } from "./figure.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { heapInUse, timed } from "./measure.js";
import type { Section } from "./section.js";

/** The broker lets a consumer ask the ledger so often in each window. */
const PER_WINDOW = 60;
const WINDOW_MS = 10_000;
const MAX_GROWTH = 16 * 2 ** 20;

/** A loop in a page, or somebody's script: refused in the process, and nothing piles up. */
export const attempts: Section = {
  name: "attempts",
  title: "Start attempts of one consumer, through the broker",
  needsHeap: true,
  needsRedis: false,
  async measure({ attempts: count }, say) {
    const asking = countingReserves(memoryLedger({ singleProcess: true }));
    const broker = brokerOn(asking.ledger, new LocalEquos(), {
      authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "Ada Lovelace" }),
    });
    const request = exchange("start", {}, identity(0));
    const statuses = new Map<number, number>();
    const ask = async (times: number) => {
      for (let attempt = 0; attempt < times; attempt += 1) {
        const status = (await broker.handle(request))?.status ?? 0;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await ask(5_000);
    statuses.clear();
    asking.reserves = 0;
    const before = await heapInUse();
    say(`${count} attempts`);
    const took = await timed(() => ask(count));
    const growth = (await heapInUse()) - before;
    // One more than fit into the time, because it may begin within one.
    const allowed = PER_WINDOW * (Math.ceil(took / WINDOW_MS) + 1);
    const what = `of ${count.toLocaleString("en")} attempts`;
    const refused = statuses.get(429) ?? 0;
    const share = `  (${((100 * refused) / count).toFixed(3)} %)`;
    return [
      atMost(`${what}, reached the ledger (${PER_WINDOW} in 10 s)`, asking.reserves, allowed),
      exactly(`${what}, refused with 429 before it`, refused, count - asking.reserves, share),
      atMost("growth of the heap", growth, MAX_GROWTH, megabytes),
      told("time of all", `${seconds(took)}, ${whole((count / took) * 1000)} a second`),
    ];
  },
};

function countingReserves(ledger: Ledger): { readonly ledger: Ledger; reserves: number } {
  const counting = {
    reserves: 0,
    ledger: {
      shared: false,
      open: (proposal) => ledger.open(proposal),
      step: (name, request, context) => {
        if (name === "reserve") counting.reserves += 1;
        return ledger.step(name, request, context);
      },
    } satisfies Ledger as Ledger,
  };
  return counting;
}
