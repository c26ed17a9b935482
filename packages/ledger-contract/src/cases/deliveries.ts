import { type Case, cases } from "../case.js";
import { type Desk, terms } from "../desk.js";
import { has, ok, same } from "../expect.js";

const ann = { reservation: "ann-1" };
const claim = ann;
const abandon = async (desk: Desk, delivery: number) => (await desk.step("abandon", { ...ann, delivery }))?.moved;
const day = 24 * 3_600_000;

async function leave(desk: Desk, graceMs = 3000, delivery?: number) {
  const result = await desk.step("leave", { claim, graceMs, ...(delivery === undefined ? {} : { delivery }) });
  return result.claim === "found" && result.moved;
}

/** Who was given a grant, and whom it reached. Where the numbers begin is the ledger's own affair. */
export const deliveryCases: readonly Case[] = [
  ...cases("deliveries", {
    "numbers run on from one conversation to the next": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      ok(first >= 1, "0 is none");
      const second = (await desk.resumed("ann-2")).delivery;
      same(second, first + 1, "a resume");
      same((await desk.reserved("ann-3", { fresh: true })).replaces[0]?.deliveries, second, "the latest of the first");
      const third = (await desk.committed("ann-3")).deliveries;
      ok(third > second, "the next conversation");
      for (const reservation of ["ann-1", "ann-3"]) {
        await desk.end(reservation);
        await desk.step("announced", { reservation });
      }
      await desk.advance(day - 1000);
      ok((await desk.start("ann-4")).deliveries > third, "nearly a day after the last one ended");
    },
    "numbers run on over starts that came to nothing, and adopted ones": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      await desk.end("ann-1");
      await desk.reserved("ann-2");
      await desk.end("ann-2", { reason: "not-started" });
      const adopt = { conversation: "orphan", consumer: "ann", payload: "", maxSeconds: 600, elapsedMs: 0, terms };
      await desk.step("adopt", { ...adopt, reservation: "ann-3" });
      await desk.end("ann-3");
      ok((await desk.start("ann-4")).deliveries > first, "a later delivery");
    },
    "asked again by the same caller, it is the same delivery": async (desk) => {
      await desk.start("ann-1");
      const { delivery } = await desk.resumed("ann-2");
      same((await desk.resumed("ann-2")).delivery, delivery, "one delivery");
      same((await desk.resumed("ann-3")).delivery, delivery + 1, "another caller");
      const again = await desk.resumed("ann-2");
      same(
        [again.delivery, again.record.deliveries],
        [delivery, delivery + 1],
        "still its own; the latest is another's",
      );
    },
    "the last 16 callers are remembered, whatever they ask for": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      const ask = async (n: number, more = {}) => (await desk.resumed(`ann-${n}`, more)).delivery - first + 1;
      for (let n = 2; n <= 17; n++) same(await ask(n), n, "each its own");
      for (let n = 17; n >= 2; n--) same(await ask(n, { fresh: true }), n, "one of the last 16");
      same(await ask(18), 18, "a 17th caller");
      same(await ask(3, { same: "reject" }), 3, "one of the last 16");
      same(await ask(2), 19, "17 back: a new delivery");
    },
    "a stop with a number means the latest delivery, while all may have reached somebody": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      const latest = (await desk.resumed("ann-2")).delivery;
      const before = await desk.snapshot();
      for (const delivery of [first, latest + 1, 0]) {
        const stopped = await desk.step("stop", { claim, reason: "owner", delivery });
        has(stopped, { claim: "found", moved: false }, `delivery ${delivery}`);
      }
      same(await desk.snapshot(), before, "nothing has changed");
      has(await desk.step("stop", { claim, reason: "owner", delivery: latest }), { moved: true }, "the latest");
    },
    "a late stop of an old page does not hit the next conversation": async (desk) => {
      const { deliveries } = await desk.start("ann-1");
      await desk.end("ann-1");
      await desk.start("ann-2");
      const late = { claim: { consumer: "ann" }, delivery: deliveries };
      has(await desk.step("stop", { ...late, reason: "owner" }), { claim: "found", moved: false }, "stop");
      has(await desk.step("leave", { ...late, graceMs: 3000 }), { claim: "found", moved: false }, "leave");
      has(await desk.record("ann-2"), { state: "running", leaveAt: undefined }, "it runs on");
    },
  }),
  ...cases("abandon", {
    "the only delivery reached nobody: stopped": async (desk) => {
      const { deliveries } = await desk.start("ann-1");
      same(await abandon(desk, deliveries), true, "moved");
      has(await desk.record("ann-1"), { state: "stopping", reason: "client-gone", attempts: 1 }, "the record");
    },
    "a later delivery keeps it": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      await desk.resumed("ann-2");
      same(await abandon(desk, first), false, "the second one may have reached somebody");
      has(await desk.record("ann-1"), { state: "running" }, "it runs");
      same(await abandon(desk, first + 1), true, "none did");
    },
    "a resume that reached nobody does not stop what reached somebody": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      await desk.resumed("ann-2");
      same(await abandon(desk, first + 1), false, "the first one may have reached somebody");
      same(await abandon(desk, first + 1), false, "twice");
      same(await abandon(desk, first), true, "none did");
    },
    "a number that was never given says nothing": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      for (const number of [0, first + 1, first + 2]) same(await abandon(desk, number), false, `delivery ${number}`);
      await desk.resumed("ann-2");
      same(await abandon(desk, first), false, "the second one, given later, may have reached somebody");
    },
    "numbers of the consumer's former conversation say nothing": async (desk) => {
      const former = (await desk.start("ann-0")).deliveries;
      await desk.end("ann-0");
      const own = (await desk.start("ann-1")).deliveries;
      same(await abandon(desk, former), false, "that was ann-0's");
      same(await abandon(desk, own), true, "its own");
    },
    "somebody who waits keeps it": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-2");
      const first = (await desk.committed("ann-1")).deliveries;
      same(await abandon(desk, first), false, "ann-2 waits");
      same((await desk.resumed("ann-2")).delivery, first + 1, "and is given it");
      same(await abandon(desk, first + 1), true, "which reached nobody either");
    },
    "the last one who waited takes it along": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-2");
      await desk.reserve("ann-3");
      await abandon(desk, (await desk.committed("ann-1")).deliveries);
      const unwait = async (waiter: string) => (await desk.step("unwait", { ...ann, waiter }))?.moved;
      same(await unwait("ann-4"), false, "never waited");
      same(await unwait("ann-2"), false, "ann-3 still waits");
      same(await unwait("ann-3"), true, "nobody waits");
      has(await desk.record("ann-1"), { state: "stopping", reason: "client-gone" }, "stopped");
    },
    "one who gives up does not stop what reached somebody": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-2");
      same((await desk.step("unwait", { ...ann, waiter: "ann-2" }))?.moved, false, "nothing runs yet");
      await desk.reserve("ann-3");
      const { deliveries } = await desk.committed("ann-1");
      same((await desk.step("unwait", { ...ann, waiter: "ann-3" }))?.moved, false, "ann-1 may have been given it");
      has(await desk.record("ann-1"), { state: "running" }, "it runs");
      same(await abandon(desk, deliveries), true, "nobody waits, and it reached nobody");
    },
    "a page that was heard of keeps it; what upstream has seen does not": async (desk) => {
      const kept = (await desk.start("ann-1")).deliveries;
      await desk.step("keep", { claim, keepMs: 90_000 });
      same(await abandon(desk, kept), false, "a keep-alive came");
      const { deliveries } = await desk.start("ben-1");
      await desk.step("joined", { reservation: "ben-1" });
      const gone = await desk.step("abandon", { reservation: "ben-1", delivery: deliveries });
      has(gone, { moved: true }, "it may have seen the avatar");
    },
    "of an unknown reservation it is null": async (desk) => {
      same(await desk.step("abandon", { reservation: "ann-9", delivery: 1 }), null, "abandon");
      same(await desk.step("unwait", { reservation: "ann-9", waiter: "ann-2" }), null, "unwait");
    },
  }),
  ...cases("leave", {
    "takes effect after the grace": async (desk) => {
      await desk.start("ann-1");
      same(await leave(desk), true, "moved");
      const leaveAt = desk.now() + 3000;
      has(await desk.record("ann-1"), { state: "running", leaveAt }, "noted");
      await desk.advance(2999);
      same(await desk.dueNow(), [], "not before");
      await desk.advance(1);
      has((await desk.due()).records[0], { state: "stopping", reason: "left", attempts: 1 }, "then");
    },
    "once said, a second one does not put it off": async (desk) => {
      await desk.start("ann-1");
      await leave(desk);
      const before = await desk.snapshot();
      await desk.advance(1000);
      same(await leave(desk, 60_000), false, "there is one");
      same(await desk.snapshot(), before, "as it was");
    },
    "is put off by a later delivery": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      await leave(desk, 3000, first);
      has((await desk.resumed("ann-2")).record, { leaveAt: undefined }, "a reload, no leave");
      await desk.advance(3000);
      same(await desk.dueNow(), [], "it runs on");
      same(await leave(desk, 3000, first), false, "a late word of the old page");
      same(await leave(desk, 3000, first + 1), true, "the new page leaves");
      await desk.advance(3000);
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "stopped");
    },
    "holds again when all later deliveries reached nobody": async (desk) => {
      const first = (await desk.start("ann-1")).deliveries;
      await leave(desk);
      const { leaveAt } = await desk.record("ann-1");
      await desk.resumed("ann-2");
      await desk.resumed("ann-3");
      same(await abandon(desk, first + 1), false, "the last one may have reached somebody");
      has(await desk.record("ann-1"), { leaveAt: undefined }, "still put off");
      await desk.advance(5000);
      same(await abandon(desk, first + 2), false, "it had reached the page that left");
      has(await desk.record("ann-1"), { state: "running", leaveAt }, "holds again, with its old time");
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "and its time has come");
    },
    "holds again only when nobody waits": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-2");
      await desk.committed("ann-1");
      await leave(desk);
      const { leaveAt } = await desk.record("ann-1");
      await abandon(desk, (await desk.resumed("ann-3")).delivery);
      has(await desk.record("ann-1"), { leaveAt: undefined }, "ann-2 will be given it");
      has(await desk.step("unwait", { ...ann, waiter: "ann-2" }), { moved: false }, "the page that left had it");
      has(await desk.record("ann-1"), { state: "running", leaveAt }, "nobody waits");
    },
    "holds again though somebody was heard of before it": async (desk) => {
      await desk.start("ann-1");
      await desk.step("keep", { claim, keepMs: 600_000 });
      await desk.step("joined", ann);
      await leave(desk);
      await abandon(desk, (await desk.resumed("ann-2")).delivery);
      await desk.advance(3000);
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "that was the one who left");
    },
    "does not hold again when somebody was heard of since": async (desk) => {
      await desk.start("ann-1");
      await leave(desk);
      const { delivery } = await desk.resumed("ann-2");
      await desk.step("keep", { claim, keepMs: 600_000 });
      await abandon(desk, delivery);
      await desk.advance(3000);
      same(await desk.dueNow(), [], "it runs on");
      has(await desk.record("ann-1"), { state: "running", leaveAt: undefined }, "no leave");
    },
    "asked again by a caller that has it, is not put off": async (desk) => {
      await desk.start("ann-1");
      await leave(desk, 3000, (await desk.resumed("ann-2")).delivery);
      await desk.resumed("ann-2");
      await desk.advance(3000);
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "the same delivery, no later one");
    },
  }),
];
