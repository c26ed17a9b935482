import type { EndReason } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { conversationOf, type Desk, meter, reserveRequest, terms } from "../desk.js";
import { has, ok, same } from "../expect.js";
import { late, outcome, refused, stopped } from "./tombstones.js";

const tour = { fingerprint: "tour" } as const;
const timeOver = { reason: "time-over" } as const;

/** A conversation with somebody in it, so that nothing but its end is due. When that is. */
async function started(desk: Desk, reservation = "ann-1", more: Parameters<Desk["start"]>[1] = {}): Promise<number> {
  const { endsAt = 0 } = await desk.start(reservation, more);
  await desk.step("joined", { reservation });
  return endsAt;
}

/** One that runs though its time was over so long ago. When it was. */
async function overFor(desk: Desk, ms: number, ...of: [reservation?: string, more?: Parameters<Desk["start"]>[1]]) {
  const endsAt = await started(desk, ...of);
  await desk.advanceTo(endsAt + ms);
  return endsAt;
}

/** A start that is taken, and taken back. */
async function takenAndGivenBack(desk: Desk, reservation: string, more: Parameters<Desk["reserve"]>[1], why: string) {
  same(await outcome(desk.reserve(reservation, more)), "reserved", why);
  await desk.end(reservation, { reason: "not-started" });
}

/** Rule 4 of `reserve`: a conversation whose time ran out has no successor by a late request. */
export const timeOverCases: readonly Case[] = [
  ...cases("tombstone of time", {
    "counts from the end of it, though nobody has noticed yet: to the millisecond": async (desk) => {
      const endsAt = await overFor(desk, -1);
      await desk.resumed("ann-2", late);
      await desk.advanceTo(endsAt);
      await refused(desk, 10_000, "ann-3");
      await desk.advanceTo(endsAt + 9999);
      await refused(desk, 1, "ann-3");
      has(await desk.record("ann-1"), { state: "running", reason: undefined }, "it is left to `due`");
      await desk.advanceTo(endsAt + 10_000);
      const answer = await desk.reserved("ann-3", late);
      has(answer.replaces[0], { reservation: "ann-1", state: "stopping", reason: "time-over", attempts: 1 }, "stopped");
    },
    "counts from the end of it when `due` stops it": async (desk) => {
      const endsAt = await overFor(desk, 1999);
      await refused(desk, 8001, "ann-2");
      same(await desk.dueNow(), [], "not yet");
      await desk.advanceTo(endsAt + 2000);
      has((await desk.due()).records[0], { state: "stopping", reason: "time-over" }, "now");
      await refused(desk, 8000, "ann-2");
      await desk.advanceTo(endsAt + 9999);
      await refused(desk, 1, "ann-2");
      await desk.advanceTo(endsAt + 10_000);
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "at the very end it is over");
    },
    "is over when `due` comes too late": async (desk) => {
      await overFor(desk, 10_000);
      same(await desk.dueNow(), ["ann-1"], "ten seconds late");
      await refused(desk, 50_000, "ann-2", { tombstoneMs: 60_000 });
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "it counts from the end of its time");
      await overFor(desk, 60_000, "ben-1");
      await desk.due();
      has(await desk.record("ben-1"), { state: "stopping", ...timeOver }, "a minute late");
      same(await outcome(desk.reserve("ben-2", { tombstoneMs: 60_000 })), "reserved", "nothing of it is known");
    },
    "is known for a minute, whatever becomes of the record, and then forgotten": async (desk) => {
      const endsAt = await overFor(desk, 2000);
      await desk.due();
      await desk.advance(2000);
      has(await desk.end("ann-1", timeOver), { moved: true }, "upstream confirms it");
      await refused(desk, 6000, "ann-2");
      await desk.step("announced", { reservation: "ann-1" });
      await desk.advanceTo(endsAt + 59_999);
      await desk.due();
      await refused(desk, 1, "ann-2", { tombstoneMs: 60_000 });
      await desk.advance(3_600_000);
      await desk.due();
      same(await outcome(desk.reserve("ann-2", { tombstoneMs: 7_200_000 })), "reserved", "an hour later");
    },
    "counts from an `end` that comes before the end of its time": async (desk) => {
      const endsAt = await overFor(desk, -2000);
      await desk.end("ann-1", timeOver);
      await refused(desk, 10_000, "ann-2");
      await desk.advanceTo(endsAt);
      has(await desk.end("ann-1", timeOver), { moved: false }, "sent again");
      await refused(desk, 8000, "ann-2");
      await desk.advance(7999);
      await refused(desk, 1, "ann-2");
      await desk.advance(1);
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "ten seconds after that");
    },
    "counts from the end of its time when `end` or `stop` comes later": async (desk) => {
      await overFor(desk, 1);
      await desk.end("ann-1", timeOver);
      await refused(desk, 9999, "ann-2");
      await overFor(desk, 3000, "ben-1");
      await desk.step("stop", { claim: { reservation: "ben-1" }, ...timeOver });
      await refused(desk, 7000, "ben-2");
    },
    "is left by what a start without `tombstoneMs`, or with a shorter one, has stopped": async (desk) => {
      await overFor(desk, 1000);
      has((await desk.reserved("ann-2")).replaces[0], { reservation: "ann-1", ...timeOver }, "as always");
      await desk.end("ann-2", { reason: "not-started" });
      await refused(desk, 8999, "ann-3");
      await overFor(desk, 1000, "ben-1");
      await takenAndGivenBack(desk, "ben-2", { tombstoneMs: 1000 }, "over for this one");
      await refused(desk, 9000, "ben-3");
    },
    "is left by what a start of another fingerprint has stopped": async (desk) => {
      await overFor(desk, 1000);
      await takenAndGivenBack(desk, "ann-2", { ...tour, ...late }, "nothing of this one was over");
      has(await desk.record("ann-1"), { state: "stopping", ...timeOver }, "it was in the way");
      await refused(desk, 9000, "ann-3");
    },
    "is of its fingerprint and its consumer": async (desk) => {
      await overFor(desk, 2000, "ann-1", { active: 2 });
      same(await outcome(desk.reserve("ann-2", { ...late, ...tour, active: 2 })), "reserved", "another fingerprint");
      same(await outcome(desk.reserve("ben-1", late)), "reserved", "another consumer");
      await refused(desk, 8000, "ann-3");
    },
    "the latest counts, of an owner's stop and the end of the time": async (desk) => {
      const minute = { tombstoneMs: 60_000 };
      await overFor(desk, 1000);
      await desk.stop("ann-1");
      await refused(desk, 10_000, "ann-2");
      await desk.advance(1000);
      await desk.end("ann-1", timeOver);
      await refused(desk, 9000, "ann-2");
      const endsAt = await started(desk, "ann-2", { maxSeconds: 30 });
      await desk.advanceTo(endsAt);
      await refused(desk, 60_000, "ann-3", minute);
      await desk.advance(2000);
      await desk.due();
      await refused(desk, 58_000, "ann-3", minute);
      await started(desk, "ann-3", { maxSeconds: 30 });
      await desk.advance(3000);
      await desk.stop("ann-3");
      await refused(desk, 60_000, "ann-4", minute);
    },
    "stands against `fresh`, and whatever is to be done with what runs": async (desk) => {
      await overFor(desk, 1000);
      for (const more of [{ fresh: true }, { same: "replace" }, { same: "reject" }] as const) {
        await refused(desk, 9000, "ann-2", more);
      }
    },
    "stands against those who waited for it, or were given it": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-2");
      const { endsAt = 0 } = await desk.committed("ann-1");
      await desk.resumed("ann-3");
      await desk.advanceTo(endsAt);
      same(await desk.reserve("ann-2", late), stopped(10_000), "it has waited");
      await refused(desk, 10_000, "ann-3");
      same(await desk.reserve("ann-1", late), { outcome: "spent" }, "its own reservation comes first");
    },
    "comes before all others and all limits, and charges nothing": async (desk) => {
      const two = { active: 2 };
      await desk.start("ann-1", { ...two, ...tour, maxSeconds: 3600 });
      await overFor(desk, 1000, "ann-2", two);
      const meters = [meter({ max: 1, windowMs: 24 * 3_600_000 })];
      await refused(desk, 9000, "ann-3", { meters });
      await refused(desk, 9000, "ann-3", { meters: [meter({ max: 0 })] });
      await refused(desk, 9000, "ann-3", { overallActive: 0, other: "reject" });
      has(await desk.record("ann-1"), { state: "running" }, "the other one runs on");
      const next = await desk.reserve("ben-1", { meters });
      has(next.outcome === "reserved" ? next.readings[0] : undefined, { left: 0 }, "the first one that is charged");
    },
    "is the same whoever notices first, at once": async (desk) => {
      for (let n = 0; n < 12; n++) {
        const first = `user${n}-1`;
        await overFor(desk, 2000, first, { maxSeconds: 30 });
        const asking = () => desk.step("reserve", reserveRequest(`user${n}-2`, late));
        const steps = [() => desk.due(), () => desk.end(first, timeOver), asking];
        // Each is sent first in turn.
        const sent = [...steps.slice(n % 3), ...steps.slice(0, n % 3)].map((step) => step());
        await Promise.all(sent);
        same(await sent[2 - (n % 3)], stopped(8000), "whatever was before it");
        await refused(desk, 8000, `user${n}-3`);
        ok((await desk.record(first)).reason === "time-over", "noticed");
      }
    },
  }),
  ...cases("no tombstone of time", {
    "from one that ended for another reason": async (desk) => {
      const reasons: readonly EndReason[] = ["upstream", "left", "given-up"];
      for (const [n, reason] of reasons.entries()) {
        await overFor(desk, 1000, `user${n}-1`, { maxSeconds: 30 });
        await desk.end(`user${n}-1`, { reason });
        same(await outcome(desk.reserve(`user${n}-2`, late)), "reserved", reason);
      }
    },
    "from one that something else has stopped first, though `due` finds both": async (desk) => {
      const endsAt = await started(desk);
      await desk.step("keep", { claim: { reservation: "ann-1" }, keepMs: 600_001 });
      await desk.advanceTo(endsAt + 2000);
      await refused(desk, 8000, "ann-2");
      has((await desk.due()).records[0], { state: "stopping", reason: "keepalive-missed" }, "that came first");
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "its time was not what ended it");
    },
    "from an `end` of what is stopping, or never ran": async (desk) => {
      await desk.start("ann-1");
      await desk.step("stop", { claim: { reservation: "ann-1" }, reason: "left" });
      await desk.end("ann-1", timeOver);
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "stopped for another reason");
      await desk.end("ann-2", timeOver);
      same(await outcome(desk.reserve("ann-3", late)), "reserved", "a reservation");
      await desk.step("doubt", { reservation: "ann-3", holdMs: 0 });
      await desk.end("ann-3", timeOver);
      await desk.reserved("ann-4", late);
      await desk.step("found", { reservation: "ann-4", conversation: conversationOf("ann-4"), ...timeOver });
      same(await outcome(desk.reserve("ann-5", late)), "reserved", "one that was found");
    },
    "from one that was adopted": async (desk) => {
      const anything = { ...late, fingerprint: "" };
      for (const how of ["reserve", "due", "end"] as const) {
        const reservation = `${how}-1`;
        const adopted = { conversation: how, consumer: how, payload: "", maxSeconds: 600, elapsedMs: 600_000, terms };
        await desk.step("adopt", { reservation, ...adopted });
        await desk.advance(2000);
        if (how === "due") await desk.due();
        if (how === "end") await desk.end(reservation, timeOver);
        same(await outcome(desk.reserve(`${how}-2`, anything)), "reserved", "nobody knows what it was");
      }
    },
  }),
];
