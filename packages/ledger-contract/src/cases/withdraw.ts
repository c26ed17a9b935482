import { type Case, cases } from "../case.js";
import { type Desk, meter } from "../desk.js";
import { has, same } from "../expect.js";

async function withdraw(desk: Desk, reservation: string, consumer = "ann") {
  return (await desk.step("withdraw", { consumer, reservation })).records.map((record) => [
    record.reservation,
    record.state,
    record.reason,
  ]);
}

/** A caller that heard no answer to its `reserve`. */
export const withdrawCases: readonly Case[] = cases("withdraw", {
  "what was not reserved changes nothing": async (desk) => {
    await desk.start("ann-1");
    await desk.resumed("ann-2");
    const before = await desk.snapshot();
    same(await withdraw(desk, "ann-3"), [], "it was given nothing, and waits for nothing");
    same(await desk.snapshot(), before, "nothing has changed");
  },
  "its own reservation ends, as not started": async (desk) => {
    const meters = [meter({ max: 1, windowMs: 24 * 3_600_000 })];
    await desk.reserved("ann-1", { meters });
    same(await withdraw(desk, "ann-1"), [], "nothing is left to stop");
    same(await desk.peek("ann-1"), undefined, "ended, and forgotten");
    same((await desk.reserve("ann-2", { meters })).outcome, "reserved", "with its charge given back");
  },
  "what it replaced stops all the same": async (desk) => {
    await desk.start("ann-1");
    await desk.reserved("ann-2", { fresh: true });
    same(await withdraw(desk, "ann-2"), [], "its own ends");
    same(await desk.peek("ann-2"), undefined, "and is forgotten");
    has(await desk.record("ann-1"), { state: "stopping", reason: "replaced" }, "stopping");
  },
  "its own reservation that is not `reserved` any more is left alone": async (desk) => {
    await desk.reserved("ann-1");
    await desk.step("doubt", { reservation: "ann-1", holdMs: 60_000 });
    same(await withdraw(desk, "ann-1"), [], "in doubt");
    has(await desk.record("ann-1"), { state: "unknown" }, "still");
  },
  "it waits no longer": async (desk) => {
    await desk.reserved("ann-1");
    await desk.reserve("ann-2", { maxWaiting: 1 });
    same(await withdraw(desk, "ann-2"), [], "nothing runs yet");
    same((await desk.reserve("ann-3", { maxWaiting: 1 })).outcome, "in-flight", "there is room again");
    const { deliveries } = await desk.committed("ann-1");
    await desk.step("abandon", { reservation: "ann-1", delivery: deliveries });
    same(await withdraw(desk, "ann-3"), [["ann-1", "stopping", "client-gone"]], "the last one who waited");
  },
  "what it was given has reached nobody": async (desk) => {
    const { deliveries } = await desk.start("ann-1");
    await desk.resumed("ann-2");
    same(await withdraw(desk, "ann-2"), [], "the first delivery may have reached somebody");
    has(await desk.step("abandon", { reservation: "ann-1", delivery: deliveries }), { moved: true }, "none did");
    await desk.start("ben-1");
    const first = (await desk.record("ben-1")).deliveries;
    await desk.resumed("ben-2");
    await desk.step("abandon", { reservation: "ben-1", delivery: first });
    same(await withdraw(desk, "ben-2", "ben"), [["ben-1", "stopping", "client-gone"]], "none did");
  },
  "a leave that it put off holds again": async (desk) => {
    await desk.start("ann-1");
    await desk.step("leave", { claim: { reservation: "ann-1" }, graceMs: 3000 });
    const { leaveAt } = await desk.record("ann-1");
    await desk.resumed("ann-2");
    same(await withdraw(desk, "ann-2"), [], "it does not stop at once");
    has(await desk.record("ann-1"), { state: "running", leaveAt }, "it holds again");
  },
  "other consumers' records are none of its business": async (desk) => {
    await desk.reserved("ann-1");
    same(await withdraw(desk, "ben-1", "ben"), [], "nothing of its own");
    has(await desk.record("ann-1"), { state: "reserved" }, "still");
  },
});
