import { type Case, cases } from "../case.js";
import { type Desk, terms } from "../desk.js";
import { has, same } from "../expect.js";

const ann = { reservation: "ann-1" };
const claim = ann;

async function keep(desk: Desk, keepMs: number): Promise<boolean> {
  const result = await desk.step("keep", { claim, keepMs });
  return result.claim === "found" && result.moved;
}

/** Whether somebody is in a conversation, and what comes of it when nobody is. */
export const presenceCases: readonly Case[] = cases("presence", {
  "nobody joined: handed out to be looked at, still running": async (desk) => {
    const running = await desk.start("ann-1");
    await desk.advance(terms.joinMs - 1);
    same(await desk.dueNow(), [], "not before `joinMs`");
    await desk.advance(1);
    same((await desk.due()).records, [{ ...running, attempts: 1 }], "then");
    await desk.advance(terms.leaseMs);
    same(
      (await desk.due()).records,
      [{ ...running, attempts: 2 }],
      "and again, as long as nobody is known to be in it",
    );
  },
  "another delivery gives another `joinMs`": async (desk) => {
    await desk.start("ann-1");
    await desk.advance(terms.joinMs - 1);
    await desk.resumed("ann-2");
    await desk.advance(terms.joinMs - 1);
    same(await desk.dueNow(), [], "counted from the latest delivery");
    await desk.advance(1);
    same(await desk.dueNow(), ["ann-1"], "then");
  },
  "upstream saw somebody: no look any more": async (desk) => {
    await desk.start("ann-1");
    same((await desk.due()).joinSeen, false, "never yet");
    has(await desk.step("joined", ann), { moved: true, record: await desk.record("ann-1") }, "moved");
    has(await desk.record("ann-1"), { joined: true, state: "running" }, "joined");
    await desk.advance(terms.joinMs);
    const due = await desk.due();
    same([due.records, due.joinSeen, due.pending], [[], true, true], "no look; its end will come");
  },
  "`joinSeen` is for the books, and stays": async (desk) => {
    await desk.start("ann-1");
    await keep(desk, 1000);
    await desk.step("joined", ann);
    same((await desk.due()).joinSeen, false, "`joined` moved none: it was known before");
    await desk.start("ben-1");
    await desk.step("joined", { reservation: "ben-1" });
    for (const reservation of ["ann-1", "ben-1"]) {
      await desk.end(reservation);
      await desk.step("announced", { reservation });
    }
    await desk.advance(1_000_000);
    same((await desk.due()).joinSeen, true, "though that one is forgotten");
  },
  "a look is over once somebody joined, also one that was given back": async (desk) => {
    await desk.start("ann-1");
    await desk.advance(terms.joinMs);
    same(await desk.dueNow(), ["ann-1"], "handed out");
    await desk.step("joined", ann);
    await desk.step("retry", { ...ann, attempts: 1, afterMs: 1000 });
    await desk.advance(terms.leaseMs);
    same(await desk.dueNow(), [], "nothing to look for");
  },
  "a keep-alive arms a deadline that the next one moves": async (desk) => {
    await desk.start("ann-1");
    same(await keep(desk, 90_000), true, "nobody was known to be in it");
    has(await desk.record("ann-1"), { joined: true }, "somebody is");
    await desk.advance(89_999);
    same(await desk.dueNow(), [], "in time, and no look");
    same(await keep(desk, 90_000), false, "known");
    await desk.advance(89_999);
    same(await desk.dueNow(), [], "in time");
    await desk.advance(1);
    has((await desk.due()).records[0], { state: "stopping", reason: "keepalive-missed", attempts: 1 }, "missed");
  },
  "a conversation that never had a keep-alive misses none": async (desk) => {
    await desk.start("ann-1");
    await desk.step("joined", ann);
    await desk.advance(500_000);
    same(await desk.dueNow(), [], "it runs");
  },
  "a resume gives a page that keeps alive `joinMs` to go on": async (desk) => {
    await desk.start("ann-1");
    await keep(desk, 10_000);
    await desk.advance(9000);
    await desk.resumed("ann-2");
    await desk.advance(terms.joinMs - 1);
    same(await desk.dueNow(), [], "the new page is loading");
    await desk.advance(1);
    has((await desk.due()).records[0], { reason: "keepalive-missed" }, "it never came");
  },
  "a resume does not shorten what a keep-alive gave": async (desk) => {
    await desk.start("ann-1");
    await keep(desk, 300_000);
    await desk.resumed("ann-2");
    await desk.advance(299_999);
    same(await desk.dueNow(), [], "as long as it said");
    await desk.advance(1);
    same(await desk.dueNow(), ["ann-1"], "then");
  },
  "a keep-alive by a consumer alone waits for nothing in flight": async (desk) => {
    await desk.reserved("ann-1");
    same(await desk.step("keep", { claim: { consumer: "ann" }, keepMs: 1000 }), { claim: "none" }, "in flight");
    await desk.committed("ann-1");
    has(await desk.step("keep", { claim: { consumer: "ann" }, keepMs: 1000 }), { moved: true }, "running");
  },
  "a page that goes on keeping alive does not undo its leave": async (desk) => {
    await desk.start("ann-1");
    await desk.step("leave", { claim, graceMs: 3000 });
    await keep(desk, 90_000);
    await desk.advance(3000);
    has((await desk.due()).records[0], { reason: "left" }, "only a later delivery does");
  },
});
