import { memoryStore } from "@equos-broker/core";
import { atMost, bytes } from "./figure.js";
import { identity, random } from "./invented.js";
import { each, heapInUse } from "./measure.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";
import { type Desk, openDesk, recordedSaves, saved, savesFor } from "./store-desk.js";

const MAX_BYTES = 2048;

/** What a live conversation takes of the heap, its token's 450 characters and the rest of its payload included. */
export const memory: Section = {
  name: "memory",
  title: "Memory store: heap",
  needsHeap: true,
  needsRedis: false,
  async measure({ conversations: count }, say) {
    const clock = stillClock();
    const newDesk = () => openDesk(memoryStore({ clock }));
    const recorded = await recordedSaves(clock);
    await fill(await newDesk(), 1000, recorded, "started");

    const before = await heapInUse();
    const perConversation = async () => ((await heapInUse()) - before) / count;
    say(`writing ${count} conversations`);
    let desk = await newDesk();
    await fill(desk, count, recorded, "started");
    const started = await perConversation();
    desk = await newDesk();
    await fill(desk, count, recorded, "kept alive");
    const kept = await perConversation();
    // Until here the conversations had to stay.
    await desk.store.claimDue({ limit: 1, leaseMs: 1 }, desk.context);
    const what = `bytes per live conversation, of ${count.toLocaleString("en")}`;
    return [
      atMost(`${what}, started`, started, MAX_BYTES, bytes),
      atMost(`${what}, kept alive`, kept, MAX_BYTES, bytes),
    ];
  },
};

async function fill(desk: Desk, count: number, recorded: string, until: "started" | "kept alive"): Promise<void> {
  await each(count, 1, async (index) => {
    const consumer = desk.store.keyFor?.(identity(index)) ?? "";
    const { reserve, commit, heartbeat } = savesFor(recorded, consumer, random);
    let version = await saved(desk, reserve, 0);
    version = await saved(desk, commit, version);
    if (until === "kept alive") await saved(desk, heartbeat, version);
  });
}
