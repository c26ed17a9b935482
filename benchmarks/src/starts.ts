import { memoryStore } from "@equos-broker/core";
import { type Broker, brokerOn } from "./broker.js";
import { atMost, bytes, microseconds, ratio } from "./figure.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { each, heapInUse, sideBySide, timed } from "./measure.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";

const FEW = 100;
/** Starts in one sample. */
const STARTS = 20;
/** What the issue calls flat. */
const MAX_RATIO = 1.5;
const MAX_BYTES = 2048;

/** A whole start of the broker, without network, beside few and beside many live conversations. */
export const starts: Section = {
  name: "starts",
  title: "Memory store: a start's own cost, through the broker",
  needsHeap: true,
  needsRedis: false,
  async measure({ conversations: many, rounds }, say) {
    await filled(1000);
    const before = await heapInUse();
    say(`starting ${many} conversations`);
    const large = await filled(many);
    const perConversation = ((await heapInUse()) - before) / many;
    say(`${rounds} rounds of ${STARTS} starts each`);
    let next = many;
    const beside = async (broker: Broker) => {
      const task = async () => {
        for (let start = 0; start < STARTS; start += 1) await startOf(broker, next++);
      };
      return (await timed(task)) / STARTS;
    };
    // A new one each time, because each start is one more.
    const [few, lots] = await sideBySide(
      rounds,
      async () => await beside(await filled(FEW)),
      async () => await beside(large),
    );
    const detail = `  (${microseconds(few)}, ${microseconds(lots)})`;
    const count = many.toLocaleString("en");
    return [
      atMost(`time of a start beside ${count} conversations against ${FEW}`, lots / few, MAX_RATIO, ratio, detail),
      atMost(`bytes per live conversation, of ${count}, made by the broker`, perConversation, MAX_BYTES, bytes),
    ];
  },
};

const startOf = (broker: Broker, index: number) =>
  broker.start({ consumer: { identity: identity(index), name: "Ada Lovelace" }, sendsHeartbeats: true });

async function filled(count: number): Promise<Broker> {
  const clock = stillClock();
  const broker = brokerOn(memoryStore({ clock }), new LocalEquos(), { clock });
  await each(count, 50, (index) => startOf(broker, index));
  return broker;
}
