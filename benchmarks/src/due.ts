import { memoryLedger } from "@equos-broker/core";
import { atMost, microseconds, ratio } from "./figure.js";
import { type Desk, openDesk, writeConversation } from "./ledger-desk.js";
import { each, sideBySide, timed } from "./measure.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";

const FEW = 100;
/** A call takes about a microsecond, less than the clock can tell. */
const CALLS = 500;
const MAX_RATIO = 2;

/** A sweep that has nothing to do, beside few and beside very many records. */
export const due: Section = {
  name: "due",
  title: "Memory ledger: due, with nothing due",
  needsHeap: true,
  needsRedis: false,
  async measure({ records: many, rounds }, say) {
    const clock = stillClock();
    const now = clock.now();
    const desks: Desk[] = [];
    for (const count of [FEW, many]) {
      say(`writing ${count} records with short payloads`);
      const desk = await openDesk(memoryLedger({ clock, capacity: 2 * many }));
      await each(count, 1, (index) => writeConversation(desk, index, now, "short"));
      desks.push(desk);
    }
    const [small, large] = desks;
    if (small === undefined || large === undefined) throw new Error("two ledgers were written");
    say(`${rounds} rounds of ${CALLS} calls each`);
    const [few, lots] = await sideBySide(rounds, sampleOf(small), sampleOf(large));
    const detail = `  (${microseconds(few)}, ${microseconds(lots)})`;
    const what = `time of due with ${many.toLocaleString("en")} records against ${FEW}`;
    return [atMost(what, lots / few, MAX_RATIO, ratio, detail)];
  },
};

const sampleOf = (desk: Desk) => async () =>
  (await timed(async () => {
    for (let call = 0; call < CALLS; call += 1) {
      const { records, pending } = await desk.take("due", { limit: 100 });
      if (records.length > 0 || !pending) throw new Error("something was due, or nothing was there");
    }
  })) / CALLS;
