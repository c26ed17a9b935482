import { type Case, cases } from "../case.js";
import { type Desk, terms } from "../desk.js";
import { has, same } from "../expect.js";

const retry = async (desk: Desk, reservation: string, attempts: number, afterMs: number) =>
  (await desk.step("retry", { reservation, attempts, afterMs }))?.moved;

/** What `due` hands out, when, to whom, in which order. */
export const timeCases: readonly Case[] = [
  ...cases("due", {
    "empty books have nothing to come": async (desk) => {
      const nothing = { records: [], pending: false, joinSeen: false, recovering: false, damaged: [] };
      same(await desk.due(), nothing, "nothing");
    },
    "a reservation nothing was heard of is unknown, to the millisecond": async (desk) => {
      await desk.reserved("ann-1");
      const written = await desk.record("ann-1");
      await desk.advance(terms.settleMs - 1);
      same(await desk.dueNow(), [], "a millisecond before");
      has(await desk.record("ann-1"), { state: "reserved" }, "still");
      await desk.advance(1);
      const { records, pending } = await desk.due();
      same(records, [{ ...written, state: "unknown", attempts: 1 }], "handed out");
      same(pending, true, "it is to come again");
      same(await desk.record("ann-1"), records[0], "as it is written");
    },
    "one in doubt is due at once": async (desk) => {
      await desk.reserved("ann-1");
      await desk.step("doubt", { reservation: "ann-1", holdMs: 60_000 });
      has((await desk.due()).records[0], { reservation: "ann-1", state: "unknown", attempts: 1 }, "to be looked for");
    },
    "an unknown one is given up in the end": async (desk) => {
      await desk.reserved("ann-1", { maxSeconds: 300 });
      const givenUpAt = desk.now() + terms.settleMs + 300_000;
      await desk.step("doubt", { reservation: "ann-1", holdMs: 60_000 });
      await desk.advanceTo(givenUpAt - terms.leaseMs - 1);
      has((await desk.due()).records[0], { state: "unknown", attempts: 1 }, "something might still run");
      await desk.advanceTo(givenUpAt - 1);
      has((await desk.due()).records[0], { state: "unknown", attempts: 2 }, "a millisecond before");
      await desk.advance(terms.leaseMs);
      const { records, pending } = await desk.due();
      has(
        records[0],
        { reservation: "ann-1", state: "ended", reason: "given-up", seconds: 300, endedAt: desk.now() },
        "given up",
      );
      same([records.length, pending], [1, false], "handed out this once");
      same(await desk.peek("ann-1"), undefined, "and forgotten");
    },
    "a conversation is stopped 2 s after its end": async (desk) => {
      await desk.start("ann-1", { maxSeconds: 60 });
      await desk.step("joined", { reservation: "ann-1" });
      await desk.advance(61_999);
      same(await desk.dueNow(), [], "upstream ends it by itself");
      await desk.advance(1);
      has((await desk.due()).records[0], { state: "stopping", reason: "time-over", attempts: 1 }, "or not");
    },
    "what came first is the reason": async (desk) => {
      const kept = (reservation: string, keepMs: number) => desk.step("keep", { claim: { reservation }, keepMs });
      const left = (reservation: string, graceMs: number) => desk.step("leave", { claim: { reservation }, graceMs });
      for (const name of ["ann-1", "ben-1", "cid-1"]) await desk.start(name, { maxSeconds: 60 });
      await kept("ann-1", 20_000);
      await left("ann-1", 30_000);
      await kept("ben-1", 30_000);
      await left("ben-1", 10_000);
      await kept("cid-1", 100_000);
      await left("cid-1", 100_000);
      await desk.advance(200_000);
      same(
        (await desk.due()).records.map(({ reservation, reason }) => [reservation, reason]),
        [
          ["ben-1", "left"],
          ["ann-1", "keepalive-missed"],
          ["cid-1", "time-over"],
        ],
        "oldest first",
      );
    },
    "a stop is handed out again until it is confirmed": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      same(await desk.dueNow(), [], "with the one who began it");
      await desk.advance(terms.leaseMs - 1);
      same(await desk.dueNow(), [], "for the whole lease");
      await desk.advance(1);
      has((await desk.due()).records[0], { state: "stopping", reason: "owner", attempts: 2 }, "its holder is gone");
      same(await desk.dueNow(), [], "with the next one");
      await desk.advance(terms.leaseMs);
      has((await desk.due()).records[0], { attempts: 3 }, "and so on");
    },
    "an end is handed out again until it is announced": async (desk) => {
      await desk.start("ann-1");
      await desk.end("ann-1");
      same(await desk.dueNow(), [], "with the one who ended it");
      await desk.advance(terms.leaseMs);
      has((await desk.due()).records[0], { state: "ended", attempts: 1, payload: "grant of ann-1" }, "to be announced");
      await desk.advance(terms.leaseMs);
      const again = await desk.due();
      has(again.records[0], { state: "ended", attempts: 2 }, "and again");
      same(again.pending, true, "somebody has to know");
      await desk.step("announced", { reservation: "ann-1" });
      await desk.advance(terms.leaseMs);
      same(await desk.dueNow(), [], "announced");
      await desk.advance(600_000);
      same(await desk.due(), { ...again, records: [], pending: false }, "nothing is to come");
    },
    "time finds a silent server's replaced, found and abandoned ones": async (desk) => {
      await desk.start("ann-1");
      await desk.reserved("ann-2", { fresh: true });
      await desk.step("found", { reservation: "ann-2", conversation: "late one", reason: "late-answer" });
      const { deliveries } = await desk.start("ben-1");
      await desk.step("abandon", { reservation: "ben-1", delivery: deliveries });
      same(await desk.dueNow(), [], "with those who began the stops");
      await desk.advance(terms.leaseMs);
      same((await desk.dueNow()).sort(), ["ann-1", "ann-2", "ben-1"], "all of them");
    },
    "oldest first, at most `limit`": async (desk) => {
      await desk.start("ann-1");
      await desk.advance(1);
      await desk.start("ben-1");
      await desk.advance(1);
      await desk.reserved("cid-1");
      await desk.advance(1);
      await desk.start("dot-1");
      await desk.step("leave", { claim: { reservation: "dot-1" }, graceMs: 3000 });
      await desk.advance(200_000);
      same(await desk.dueNow(1), ["dot-1"], "the leave came first");
      same(await desk.dueNow(2), ["ann-1", "ben-1"], "then two looks");
      same(await desk.dueNow(2), ["cid-1"], "then what is left");
      same(await desk.dueNow(2), [], "all are with somebody");
    },
    "an item handed out to one caller is not handed to another": async (desk) => {
      for (let n = 0; n < 5; n++) {
        await desk.start(`ann${n}-1`);
        await desk.stop(`ann${n}-1`);
      }
      await desk.advance(terms.leaseMs);
      const first = await desk.dueNow(3);
      const second = await desk.dueNow(3);
      same([first.length, second.length], [3, 2], "three, and the other two");
      same(new Set([...first, ...second]).size, 5, "each once");
    },
  }),
  ...cases("retry", {
    "an item given back comes up earlier": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      same(await retry(desk, "ann-1", 1, 5000), true, "by the one who began the stop");
      await desk.advance(4999);
      same(await desk.dueNow(), [], "not yet");
      await desk.advance(1);
      same(await desk.dueNow(), ["ann-1"], "then");
      same(await retry(desk, "ann-1", 2, 1000), true, "by the one who was handed it");
      await desk.advance(1000);
      has((await desk.due()).records[0], { attempts: 3 }, "then");
    },
    "an item given back comes up later": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      await retry(desk, "ann-1", 1, terms.leaseMs * 3);
      await desk.advance(terms.leaseMs * 3 - 1);
      same(await desk.dueNow(), [], "not after the lease");
      await desk.advance(1);
      same(await desk.dueNow(), ["ann-1"], "then");
    },
    "whoever has lost it cannot give it back": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      await desk.advance(terms.leaseMs);
      same(await desk.dueNow(), ["ann-1"], "with another one");
      const before = await desk.snapshot();
      same(await retry(desk, "ann-1", 1, 0), false, "the first one's number");
      same(await retry(desk, "ann-1", 3, 0), false, "nobody's number");
      same(await desk.snapshot(), before, "nothing has changed");
      same(await desk.dueNow(), [], "it is with the second one");
    },
    "a number of another state is stale": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      await desk.end("ann-1");
      same(await retry(desk, "ann-1", 1, 600_000), false, "it has ended meanwhile");
      await desk.advance(terms.leaseMs);
      same(await desk.dueNow(), ["ann-1"], "to be announced");
      same(await desk.step("retry", { reservation: "ann-9", attempts: 1, afterMs: 0 }), null, "no such record");
    },
    "a look given back does not put off a leave": async (desk) => {
      await desk.start("ann-1");
      await desk.advance(terms.joinMs);
      await desk.due();
      await retry(desk, "ann-1", 1, 300_000);
      await desk.step("leave", { claim: { reservation: "ann-1" }, graceMs: 3000 });
      await desk.advance(3000);
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "in its grace");
    },
  }),
];
