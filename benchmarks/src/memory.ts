import { memoryLedger } from "@equos-broker/core";
import { atMost, bytes } from "./figure.js";
import { type Desk, openDesk, writeConversation } from "./ledger-desk.js";
import { each, heapInUse } from "./measure.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";

const MAX_BYTES = 2048;

/** What a live conversation takes of the heap, its token's 450 characters and the rest of its payload included. */
export const memory: Section = {
  name: "memory",
  title: "Memory ledger: heap",
  needsHeap: true,
  needsRedis: false,
  async measure({ conversations: count }, say) {
    const clock = stillClock();
    const now = clock.now();
    await fill(await openDesk(memoryLedger({ clock })), 1000, now);

    const before = await heapInUse();
    const desk = await openDesk(memoryLedger({ clock }));
    const perConversation = async () => ((await heapInUse()) - before) / count;
    say(`writing ${count} conversations`);
    await fill(desk, count, now);
    const started = await perConversation();
    await keepAll(desk);
    const kept = await perConversation();
    // Until here the books had to stay.
    await desk.take("due", { limit: 1 });
    const what = `bytes per live conversation, of ${count.toLocaleString("en")}`;
    return [
      atMost(`${what}, started`, started, MAX_BYTES, bytes),
      atMost(`${what}, kept alive`, kept, MAX_BYTES, bytes),
    ];
  },
};

const fill = (desk: Desk, count: number, now: number) =>
  each(count, 1, (index) => writeConversation(desk, index, now, "whole"));

async function keepAll(desk: Desk): Promise<void> {
  const { records } = await desk.take("live", {});
  for (const { reservation } of records) await desk.take("keep", { claim: { reservation }, keepMs: 90_000 });
}
