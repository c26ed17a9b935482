import { type Case, cases } from "../case.js";
import { type Desk, meter, terms } from "../desk.js";
import { has, ok, same } from "../expect.js";

const doubt = (desk: Desk, reservation: string, holdMs: number) => desk.step("doubt", { reservation, holdMs });
const outcome = async (answer: Promise<{ readonly outcome: string }>) => (await answer).outcome;
const tour = { fingerprint: "tour" } as const;

/** Rule 3 of `reserve`: the consumer has the same start already. */
export const stickyCases: readonly Case[] = cases("sticky", {
  "the same start resumes what runs": async (desk) => {
    const running = await desk.start("ann-1");
    await desk.advance(1000);
    const resumed = await desk.resumed("ann-2");
    const delivery = running.deliveries + 1;
    const record = { ...running, deliveries: delivery };
    same(resumed, { outcome: "resumed", record, delivery, check: false }, "resumed");
    same(await desk.record("ann-1"), resumed.record, "the answer is the record");
    same(await desk.peek("ann-2"), undefined, "no second reservation");
  },
  "a start in flight is waited for, and then resumed whatever was asked for": async (desk) => {
    for (const more of [{}, { fresh: true }, { same: "reject" }, { same: "replace" }] as const) {
      const consumer = `${Object.keys(more)}${Object.values(more)}`;
      await desk.reserved(`${consumer}-1`);
      const waiting = { outcome: "in-flight", reservation: `${consumer}-1` };
      same(await desk.reserve(`${consumer}-2`, more), waiting, "in flight");
      same(await desk.reserve(`${consumer}-2`, more), waiting, "still in flight");
      const { deliveries } = await desk.committed(`${consumer}-1`);
      const { delivery } = await desk.resumed(`${consumer}-2`, more);
      same(delivery, deliveries + 1, "both clicks meant one conversation");
      same(
        (await desk.resumed(`${consumer}-2`, more)).delivery,
        delivery,
        "and it is the same delivery when asked again",
      );
    }
  },
  "a start that has waited for one that never ran is made": async (desk) => {
    await desk.reserved("ann-1");
    await desk.reserve("ann-2");
    await desk.end("ann-1", { reason: "not-started" });
    same(await outcome(desk.reserve("ann-2")), "reserved", "nothing is in flight any more");
  },
  "`maxWaiting` callers may wait, each counted once": async (desk) => {
    await desk.reserved("ann-1");
    const ask = (reservation: string) => outcome(desk.reserve(reservation, { maxWaiting: 2 }));
    same([await ask("ann-2"), await ask("ann-3")], ["in-flight", "in-flight"], "two of two");
    same(await ask("ann-4"), "crowded", "a third one");
    same([await ask("ann-2"), await ask("ann-3")], ["in-flight", "in-flight"], "those that wait may ask again");
    await desk.step("unwait", { reservation: "ann-1", waiter: "ann-2" });
    same(await ask("ann-4"), "in-flight", "one has given up");
    same(await ask("ann-2"), "crowded", "and lost its place");
    same(await outcome(desk.reserve("ann-5", { maxWaiting: 0 })), "crowded", "nobody may wait");
  },
  "`fresh` and `replace` stop what runs, and start": async (desk) => {
    for (const more of [{ fresh: true }, { same: "replace" }] as const) {
      const consumer = `${Object.keys(more)}`;
      await desk.start(`${consumer}-1`);
      const { replaces } = await desk.reserved(`${consumer}-2`, more);
      same(replaces, [await desk.record(`${consumer}-1`)], "to be confirmed as stopped first");
      has(replaces[0], { state: "stopping", reason: "replaced", attempts: 1 }, "replaced");
      same(await outcome(desk.reserve(`${consumer}-3`)), "in-flight", "the new one is in flight");
    }
  },
  "`reject` starts nothing while one runs": async (desk) => {
    await desk.start("ann-1");
    const before = await desk.snapshot();
    const active = { outcome: "active", record: await desk.record("ann-1"), check: false };
    same(await desk.reserve("ann-2", { same: "reject" }), active, "it runs");
    same(await desk.reserve("ann-2", { same: "reject", fresh: true }), active, "`fresh` or not");
    same(await desk.snapshot(), before, "nothing has changed");
  },
  "`reject` does not mind one that nobody has": async (desk) => {
    for (const more of [{ same: "reject" }, { ...tour, other: "reject" }] as const) {
      const consumer = Object.keys(more).join("");
      await desk.reserved(`${consumer}-1`);
      // Somebody who waits keeps it from being stopped at once.
      await desk.reserve(`${consumer}-2`);
      const { deliveries } = await desk.committed(`${consumer}-1`);
      await desk.step("abandon", { reservation: `${consumer}-1`, delivery: deliveries });
      same(await outcome(desk.reserve(`${consumer}-3`, more)), "active", "somebody waits for it");
      // The one who waited asks for something else, which is refused: nobody waits any longer.
      await desk.reserve(`${consumer}-2`, { fingerprint: "third", meters: [meter({ max: 0 })] });
      has(await desk.record(`${consumer}-1`), { state: "running" }, "it was not stopped");
      const { replaces } = await desk.reserved(`${consumer}-3`, more);
      has(replaces[0], { reservation: `${consumer}-1`, reason: "client-gone" }, "nobody has it");
    }
  },
  "one past its end is stopped, whatever is asked for": async (desk) => {
    for (const more of [{}, { same: "reject" }, tour, { ...tour, other: "reject" }] as const) {
      const consumer = `${Object.values(more)}`.replaceAll(",", "");
      await desk.start(`${consumer}-1`, { maxSeconds: 60 });
      await desk.advance(60_001);
      const { replaces } = await desk.reserved(`${consumer}-2`, more);
      has(replaces[0], { reservation: `${consumer}-1`, state: "stopping", reason: "time-over" }, "its time is over");
    }
  },
  "one in doubt is waited out, to the millisecond": async (desk) => {
    await desk.reserved("ann-1");
    await doubt(desk, "ann-1", 60_000);
    same(await desk.reserve("ann-2"), { outcome: "in-doubt", retryAfterMs: 60_000 }, "the same start");
    same(await desk.reserve("ann-2", tour), { outcome: "in-doubt", retryAfterMs: 60_000 }, "another one");
    await desk.advance(59_999);
    same(await desk.reserve("ann-2"), { outcome: "in-doubt", retryAfterMs: 1 }, "a millisecond before");
    await desk.advance(1);
    same(await outcome(desk.reserve("ann-2")), "reserved", "held no longer");
    has(await desk.record("ann-1"), { state: "unknown" }, "still to be looked for");
  },
  "one in doubt that is settled earlier is waited for no longer": async (desk) => {
    await desk.reserved("ann-1");
    await doubt(desk, "ann-1", 60_000);
    await desk.step("found", { reservation: "ann-1", conversation: "late one", reason: "late-answer" });
    const { replaces } = await desk.reserved("ann-2");
    same(
      replaces.map(({ reservation }) => reservation),
      ["ann-1"],
      "to be confirmed as stopped",
    );
  },
  "what is stopping is confirmed first, and never resumed": async (desk) => {
    await desk.start("ann-1");
    await desk.stop("ann-1");
    const { replaces } = await desk.reserved("ann-2");
    same(replaces, [await desk.record("ann-1")], "the same start");
    has(replaces[0], { reason: "owner", attempts: 1 }, "as it was");
    await desk.end("ann-2", { reason: "not-started" });
    same((await desk.reserved("ann-3", tour)).replaces, [await desk.record("ann-1")], "another one");
    await desk.end("ann-1");
    const again = await desk.reserve("ann-3", tour);
    same(again.outcome === "reserved" && again.replaces, [], "asked again: confirmed meanwhile");
  },
  "a look at upstream is asked of one caller in `checkMs`": async (desk) => {
    await desk.start("ann-1");
    await desk.advance(5000);
    const checks = [];
    for (const n of [2, 3, 4]) checks.push((await desk.resumed(`ann-${n}`)).check);
    same(checks, [true, false, false], "the first caller");
    await desk.advance(4999);
    same((await desk.resumed("ann-5")).check, false, "too early");
    await desk.advance(1);
    same((await desk.resumed("ann-6")).check, true, "5 s after the last one");
    await desk.advance(5000);
    const refused = [];
    for (const more of [{ same: "reject" }, { ...tour, other: "reject" }] as const) {
      const active = await desk.reserve("ann-7", more);
      refused.push("check" in active && active.check);
    }
    same(refused, [true, false], "of one that it stands in the way of, too");
  },
  "a server that went silent keeps its consumer waiting for `holdMs`": async (desk) => {
    await desk.reserved("ann-1");
    await desk.advance(terms.settleMs);
    await desk.due();
    same(await desk.reserve("ann-2"), { outcome: "in-doubt", retryAfterMs: terms.holdMs }, "held");
    await desk.advance(terms.holdMs);
    ok((await desk.reserve("ann-2")).outcome === "reserved", "held no longer");
  },
});
