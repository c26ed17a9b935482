import { type AuthorizeContext, type ConversationStore, memoryStore } from "@equos-broker/core";
import { brokerOn } from "./broker.js";
import { exchange } from "./exchange.js";
import { atMost, exactly, megabytes, seconds, told, whole } from "./figure.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { heapInUse, timed } from "./measure.js";
import type { Section } from "./section.js";

/** Starts of one consumer that the broker lets through to the store in each window. */
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
    const asking = countingStarts(memoryStore({ singleProcess: true }));
    const broker = brokerOn(asking.store, new LocalEquos(), {
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
    asking.starts = 0;
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
      atMost(`${what}, reached the store (${PER_WINDOW} in 10 s)`, asking.starts, allowed),
      exactly(`${what}, refused with 429 before it`, refused, count - asking.starts, share),
      atMost("growth of the heap", growth, MAX_GROWTH, megabytes),
      told("time of all", `${seconds(took)}, ${whole((count / took) * 1000)} a second`),
    ];
  },
};

/** The same store, and how many starts have reached it: each requests the consumer's key once. */
function countingStarts(store: ConversationStore): { readonly store: ConversationStore; starts: number } {
  const count = () => {
    counting.starts += 1;
  };
  const counting = { starts: 0, store: watched(store, count) };
  return counting;
}

function watched(store: ConversationStore, onKey: () => void): ConversationStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "attach") {
        return (...user: Parameters<NonNullable<ConversationStore["attach"]>>) =>
          watched(target.attach?.(...user) ?? target, onKey);
      }
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if (name === "keyFor") onKey();
        return Reflect.apply(member, target, args);
      };
    },
  });
}
