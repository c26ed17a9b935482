import { type Case, cases } from "../case.js";
import { type Desk, terms } from "../desk.js";
import { has, same } from "../expect.js";

const doubt = (desk: Desk, reservation: string, holdMs: number) => desk.step("doubt", { reservation, holdMs });
const outcome = async (answer: Promise<{ readonly outcome: string }>) => (await answer).outcome;
const tour = { fingerprint: "tour" } as const;

/** Rules 5 to 7 of `reserve`: what else the consumer has, and what all consumers have. */
export const otherCases: readonly Case[] = cases("others", {
  "another start replaces the only one": async (desk) => {
    await desk.start("ann-1");
    const { replaces } = await desk.reserved("ann-2", tour);
    has(replaces[0], { reservation: "ann-1", state: "stopping", reason: "replaced" }, "replaced");
    same(replaces.length, 1, "one");
  },
  "another start is rejected where that is asked for": async (desk) => {
    await desk.start("ann-1");
    const before = await desk.snapshot();
    const active = { outcome: "active", record: await desk.record("ann-1"), check: false };
    same(await desk.reserve("ann-2", { ...tour, other: "reject" }), active, "one runs");
    same(await desk.snapshot(), before, "nothing has changed");
    await desk.reserve("ann-1");
  },
  "another start waits for the one in flight, and then replaces it": async (desk) => {
    await desk.reserved("ann-1");
    same(await desk.reserve("ann-2", tour), { outcome: "in-flight", reservation: "ann-1" }, "in flight");
    same(await outcome(desk.reserve("ann-3", { ...tour, maxWaiting: 1 })), "crowded", "it waits like others");
    await desk.committed("ann-1");
    has((await desk.reserved("ann-2", tour)).replaces[0], { reservation: "ann-1", reason: "replaced" }, "replaced");
  },
  "with room for two, the oldest running one of three goes": async (desk) => {
    const two = { active: 2 };
    await desk.start("ann-1", { ...two, fingerprint: "one" });
    await desk.start("ann-2", { ...two, fingerprint: "two" });
    const { replaces } = await desk.reserved("ann-3", { ...two, fingerprint: "three" });
    same(
      replaces.map(({ reservation }) => reservation),
      ["ann-1"],
      "the oldest",
    );
    has(await desk.record("ann-2"), { state: "running" }, "the other one runs on");
    same((await desk.resumed("ann-4", { ...two, fingerprint: "two" })).record.reservation, "ann-2", "and is resumed");
    same(
      (await desk.reserved("ann-5", { ...two, fingerprint: "four" })).replaces
        .map(({ reservation }) => reservation)
        .sort(),
      ["ann-1", "ann-2"],
      "running ones go before the one in flight is waited for",
    );
  },
  "an adopted one is as old as what runs upstream": async (desk) => {
    await desk.start("ann-1");
    await desk.step("adopt", {
      reservation: "ann-2",
      conversation: "orphan",
      consumer: "ann",
      payload: "",
      maxSeconds: 600,
      elapsedMs: 60_000,
      terms,
    });
    const { replaces } = await desk.reserved("ann-3", { ...tour, active: 2 });
    same(
      replaces.map(({ reservation }) => reservation),
      ["ann-2"],
      "written down later, but begun earlier",
    );
  },
  "with room for fewer than run, several go": async (desk) => {
    for (const n of [1, 2, 3]) await desk.start(`ann-${n}`, { active: 3, fingerprint: `${n}` });
    const { replaces } = await desk.reserved("ann-4", { active: 2, fingerprint: "4" });
    same(replaces.map(({ reservation }) => reservation).sort(), ["ann-1", "ann-2"], "the two oldest");
  },
  "`reject` stops the oldest one that may be stopped": async (desk) => {
    const reject = { active: 2, other: "reject" } as const;
    await desk.start("ann-1", { ...reject, fingerprint: "1" });
    await desk.start("ann-2", { ...reject, fingerprint: "2", maxSeconds: 60 });
    const refused = await desk.reserve("ann-3", { ...reject, fingerprint: "3" });
    has(refused, { outcome: "active", record: await desk.record("ann-1") }, "both run; the oldest is in the way");
    await desk.advance(60_001);
    const { replaces } = await desk.reserved("ann-3", { ...reject, fingerprint: "3" });
    same(
      replaces.map(({ reservation }) => reservation),
      ["ann-2"],
      "the one past its end, though younger",
    );
    has(await desk.record("ann-1"), { state: "running" }, "the other runs on");
  },
  "several in flight: the oldest is waited for": async (desk) => {
    await desk.reserved("ann-1", { active: 2, fingerprint: "1" });
    await desk.reserved("ann-2", { active: 2, fingerprint: "2" });
    const third = { active: 2, fingerprint: "3" };
    same(await desk.reserve("ann-3", third), { outcome: "in-flight", reservation: "ann-1" }, "the oldest");
    await doubt(desk, "ann-1", 40_000);
    same(await desk.reserve("ann-3", third), { outcome: "in-flight", reservation: "ann-2" }, "one in doubt is none");
    await desk.advance(1000);
    await doubt(desk, "ann-2", 20_000);
    same(await desk.reserve("ann-3", third), { outcome: "in-doubt", retryAfterMs: 20_000 }, "the first to be free");
    await desk.advance(20_000);
    same(await outcome(desk.reserve("ann-3", third)), "reserved", "one of two places is free");
  },
  "a caller waits for one start at a time": async (desk) => {
    const room = { active: 2 };
    await desk.reserved("ann-1", { ...room, fingerprint: "1" });
    await desk.reserved("ann-2", { ...room, fingerprint: "2" });
    await desk.reserve("ann-3", { ...room, fingerprint: "1" });
    await desk.reserve("ann-3", { ...room, fingerprint: "2" });
    const { deliveries } = await desk.committed("ann-1");
    const gone = await desk.step("abandon", { reservation: "ann-1", delivery: deliveries });
    same(gone?.moved, true, "nobody waits for the first any longer");
  },
  "consumers do not stand in each other's way": async (desk) => {
    await desk.start("ann-1");
    same((await desk.reserved("ben-1")).replaces, [], "another consumer");
    has(await desk.record("ann-1"), { state: "running" }, "runs on");
  },
  "`overallActive` counts all that may run, but for what is replaced": async (desk) => {
    const overall = { overallActive: 3 };
    const full = { outcome: "limited", by: "overall-active", retryAfterMs: 0, readings: [] };
    await desk.start("ann-1", overall);
    await desk.start("ben-1", overall);
    await desk.stop("ben-1");
    await desk.reserved("cid-1", overall);
    same(await desk.reserve("dot-1", overall), full, "running, stopping, reserved");
    await doubt(desk, "cid-1", 5000);
    same(await desk.reserve("dot-1", overall), full, "in doubt, and held");
    same((await desk.reserved("ann-2", { ...overall, fresh: true })).outcome, "reserved", "for what it replaces");
    await desk.end("ann-1");
    await desk.advance(5000);
    same(await outcome(desk.reserve("dot-1", overall)), "reserved", "held no longer");
    same(await outcome(desk.reserve("eve-1", overall)), "limited", "full again");
    await desk.end("ben-1");
    same(await outcome(desk.reserve("eve-1", overall)), "reserved", "one has ended");
  },
  "a caller that asks anew is held anew": async (desk) => {
    const overall = { overallActive: 1 };
    for (const wait of [30_000, 15_000]) {
      await desk.reserved("ann-1");
      await doubt(desk, "ann-1", 40_000);
      if (wait === 30_000) await desk.end("ann-1", { seconds: 0 });
      await desk.advance(wait);
    }
    const limited = await desk.reserve("ben-1", overall);
    has(limited, { outcome: "limited", by: "overall-active" }, "the first hold is over, the second one is not");
    await desk.advance(25_000);
    same(await outcome(desk.reserve("ben-1", overall)), "reserved", "now both are");
  },
  "a start that a later rule refuses stops nothing": async (desk) => {
    await desk.start("ann-1", { active: 2 });
    await desk.start("ben-1");
    const before = await desk.record("ann-1");
    same(await outcome(desk.reserve("ann-2", { fresh: true, overallActive: 1 })), "limited", "of the same kind");
    same(await outcome(desk.reserve("ann-2", { ...tour, overallActive: 1 })), "limited", "of another kind");
    await desk.reserved("ann-3", { active: 2, fingerprint: "third" });
    const waits = await desk.reserve("ann-2", tour);
    same(waits, { outcome: "in-flight", reservation: "ann-3" }, "stopping the running one would not be enough");
    same(await desk.record("ann-1"), before, "it runs on as it was");
  },
});
