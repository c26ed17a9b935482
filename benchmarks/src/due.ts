import { memoryStore } from "@equos-broker/core";
import { atMost, microseconds, ratio } from "./figure.js";
import { each, sideBySide, timed } from "./measure.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";
import { type Desk, openDesk, saved } from "./store-desk.js";

const FEW = 100;
/** A call takes about a microsecond, less than the clock can tell. */
const CALLS = 500;
const MAX_RATIO = 2;
const HOUR_MS = 3_600_000;

/** A claim that finds nothing due, beside few and beside very many consumers. */
export const due: Section = {
  name: "due",
  title: "Memory store: claimDue, with nothing due",
  needsHeap: true,
  needsRedis: false,
  async measure({ records: many, rounds }, say) {
    const clock = stillClock();
    const now = clock.now();
    const desks: Desk[] = [];
    for (const count of [FEW, many]) {
      say(`writing ${count} consumers with short states`);
      const desk = await openDesk(memoryStore({ clock }));
      const times = { dueAt: now + HOUR_MS, expiresAt: now + 2 * HOUR_MS, notAfter: now };
      await each(count, 1, (index) => saved(desk, { consumer: `c${index}`, version: 0, state: "-", ...times }, 0));
      desks.push(desk);
    }
    const [small, large] = desks;
    if (small === undefined || large === undefined) throw new Error("two stores were written");
    say(`${rounds} rounds of ${CALLS} calls each`);
    const [few, lots] = await sideBySide(rounds, sampleOf(small), sampleOf(large));
    const detail = `  (${microseconds(few)}, ${microseconds(lots)})`;
    const what = `time of claimDue with ${many.toLocaleString("en")} consumers against ${FEW}`;
    return [atMost(what, lots / few, MAX_RATIO, ratio, detail)];
  },
};

const sampleOf =
  ({ store, context }: Desk) =>
  async () =>
    (await timed(async () => {
      for (let call = 0; call < CALLS; call += 1) {
        const answer = await store.claimDue({ limit: 10, leaseMs: 5_000 }, context);
        if (answer.replaced || answer.claimed.length > 0 || answer.nextDueAt === undefined) {
          throw new Error("something was due, or nothing was there");
        }
      }
    })) / CALLS;
