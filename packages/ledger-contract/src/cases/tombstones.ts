import type { ReserveOutcome, ReserveRequest } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { conversationOf, type Desk, meter, reserveRequest, terms, tokenOf } from "../desk.js";
import { has, ok, same } from "../expect.js";

export const outcome = async (answer: Promise<{ readonly outcome: string }>) => (await answer).outcome;
export const late = { tombstoneMs: 10_000 } as const;
const tour = { fingerprint: "tour" } as const;
export const stopped = (retryAfterMs: number): ReserveOutcome => ({ outcome: "stopped", retryAfterMs });

/** A conversation that its owner has just stopped. */
async function stoppedByOwner(desk: Desk, reservation = "ann-1", more: Partial<ReserveRequest> = {}): Promise<void> {
  await desk.start(reservation, more);
  has(await desk.stop(reservation), { claim: "found", moved: true }, "the owner stops it");
}

/** Refused as so long before the end of the tombstone; and nothing that can be read has changed. */
export async function refused(desk: Desk, left: number, reservation: string, more: Partial<ReserveRequest> = {}) {
  const before = await desk.snapshot();
  same(await desk.reserve(reservation, { ...late, ...more }), stopped(left), `${left} ms of the tombstone are left`);
  same(await desk.snapshot(), before, "nothing is written");
}

/** Rule 4 of `reserve`: what the owner has just stopped is not started by a late request. */
export const tombstoneCases: readonly Case[] = [
  ...cases("tombstone", {
    "stands for as long as the request says, to the millisecond": async (desk) => {
      await stoppedByOwner(desk);
      await refused(desk, 10_000, "ann-2");
      await refused(desk, 60_000, "ann-2", { tombstoneMs: 60_000 });
      await desk.advance(9999);
      await refused(desk, 1, "ann-2");
      same(await outcome(desk.reserve("ann-3", { tombstoneMs: 9999 })), "reserved", "the caller asks for less");
      await desk.end("ann-3", { reason: "not-started" });
      await desk.advance(1);
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "at the very end it is over");
    },
    "is known for a minute, whatever becomes of the record": async (desk) => {
      await stoppedByOwner(desk);
      await refused(desk, 10_000, "ann-2");
      await desk.end("ann-1");
      await refused(desk, 10_000, "ann-2");
      await desk.step("announced", { reservation: "ann-1" });
      await refused(desk, 10_000, "ann-2");
      await desk.advance(59_999);
      await desk.due();
      await refused(desk, 1, "ann-2", { tombstoneMs: 60_000 });
    },
    "is forgotten in time": async (desk) => {
      await stoppedByOwner(desk);
      await desk.end("ann-1");
      await desk.advance(3_600_000);
      await desk.due();
      same(await outcome(desk.reserve("ann-2", { tombstoneMs: 7_200_000 })), "reserved", "an hour later");
    },
    "is nothing to a request without `tombstoneMs`": async (desk) => {
      await stoppedByOwner(desk);
      same((await desk.reserved("ann-2")).replaces, [await desk.record("ann-1")], "reserved as always");
    },
    "stands against `fresh`, and whatever is to be done with what runs": async (desk) => {
      await stoppedByOwner(desk);
      for (const more of [{ fresh: true }, { same: "replace" }, { same: "reject" }] as const) {
        await refused(desk, 10_000, "ann-2", more);
      }
    },
    "is of its fingerprint and its consumer": async (desk) => {
      await stoppedByOwner(desk);
      same(await outcome(desk.reserve("ann-2", { ...late, ...tour })), "reserved", "another fingerprint");
      same(await outcome(desk.reserve("ben-1", late)), "reserved", "another consumer");
      const joint = { ...late, fingerprint: "uide" };
      same(await outcome(desk.reserve("anng-1", joint)), "reserved", "neither, though the same as one text");
      await refused(desk, 10_000, "ann-3");
    },
    "of several stopped at different times, each has its own": async (desk) => {
      const room = { active: 3 };
      for (const fingerprint of ["1", "2", "3"]) await desk.start(`ann-${fingerprint}`, { ...room, fingerprint });
      await desk.stop("ann-1");
      await desk.advance(3000);
      await desk.stop("ann-2");
      await desk.advance(4000);
      await refused(desk, 3000, "ann-4", { ...room, fingerprint: "1" });
      await refused(desk, 6000, "ann-4", { ...room, fingerprint: "2" });
      has((await desk.resumed("ann-4", { ...late, fingerprint: "3" })).record, { reservation: "ann-3" }, "it runs");
      await desk.advance(3000);
      await refused(desk, 3000, "ann-5", { ...room, fingerprint: "2" });
      same(
        await outcome(desk.reserve("ann-5", { ...room, ...late, fingerprint: "1" })),
        "reserved",
        "this one is over",
      );
    },
    "counts from the latest of several stops": async (desk) => {
      await stoppedByOwner(desk);
      await desk.advance(3999);
      await stoppedByOwner(desk, "ann-2");
      await desk.advance(6000);
      await refused(desk, 4000, "ann-3");
      await desk.advance(4000);
      same(await outcome(desk.reserve("ann-3", late)), "reserved", "ten seconds after the second one");
    },
    "is the same whatever names what is stopped": async (desk) => {
      for (const claim of [{ token: tokenOf("ann-1") }, { consumer: "ben" }]) {
        const consumer = claim.consumer ?? "ann";
        const { deliveries } = await desk.start(`${consumer}-1`);
        await desk.step("stop", { claim, reason: "owner", delivery: deliveries });
        await refused(desk, 10_000, `${consumer}-2`);
      }
    },
  }),
  ...cases("no tombstone", {
    "from a leave": async (desk) => {
      await desk.start("ben-1");
      await desk.step("leave", { claim: { reservation: "ben-1" }, graceMs: 1000 });
      await desk.advance(1000);
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "it has left");
      same(await outcome(desk.reserve("ben-2", late)), "reserved", "its page may come back");
    },
    "from what was found, or adopted": async (desk) => {
      await desk.reserved("ann-1");
      await desk.step("found", { reservation: "ann-1", conversation: conversationOf("ann-1"), reason: "owner" });
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "found: it never ran");
      const adopted = { conversation: "orphan", consumer: "ben", payload: "", maxSeconds: 600, elapsedMs: 0, terms };
      await desk.step("adopt", { reservation: "ben-1", ...adopted });
      has(await desk.stop("ben-1"), { moved: true }, "its owner stops it");
      const anything = { ...late, fingerprint: "" };
      same(await outcome(desk.reserve("ben-2", anything)), "reserved", "nobody knows what it was");
    },
    "from a stop that moves nothing": async (desk) => {
      const { deliveries } = await desk.start("ann-1");
      const claim = { reservation: "ann-1" };
      const stop = (more: object) => desk.step("stop", { claim, reason: "owner", ...more });
      await desk.resumed("ann-2");
      has(await stop({ delivery: deliveries }), { moved: false }, "an old page");
      await desk.step("joined", claim);
      has(await stop({ unjoined: true }), { moved: false }, "somebody is in it");
      await desk.answer("stop", { claim, reason: "owner" }, desk.context({ notAfter: desk.now() - 1 }));
      await desk.step("stop", { claim, reason: "left" });
      has(await stop({}), { moved: false }, "it is stopping already");
      same(await outcome(desk.reserve("ann-3", late)), "reserved", "its owner has stopped nothing");
    },
    "that is longer for a stop that is sent again": async (desk) => {
      await stoppedByOwner(desk);
      await desk.advance(4000);
      has(await desk.stop("ann-1"), { moved: false }, "sent again");
      await desk.end("ann-1");
      await desk.stop("ann-1");
      await refused(desk, 6000, "ann-2");
    },
  }),
  ...cases("tombstone, in the order of the rules", {
    "a caller's own reservation comes first": async (desk) => {
      await stoppedByOwner(desk);
      const own = await desk.reserved("ann-2");
      same(await desk.reserve("ann-2", late), own, "reserved again");
      same(await desk.reserve("ann-1", late), { outcome: "spent" }, "this one is not any more");
    },
    "one that was started meanwhile is waited for, and resumed": async (desk) => {
      await stoppedByOwner(desk);
      await desk.reserved("ann-2");
      same(await desk.reserve("ann-3", late), { outcome: "in-flight", reservation: "ann-2" }, "in flight");
      same(await desk.reserve("ann-4", { ...late, maxWaiting: 1 }), { outcome: "crowded" }, "it waits like others");
      const { deliveries } = await desk.committed("ann-2");
      same((await desk.resumed("ann-3", { ...late, fresh: true })).delivery, deliveries + 1, "it has waited for it");
      same((await desk.resumed("ann-4", late)).delivery, deliveries + 2, "it runs");
      same(await outcome(desk.reserve("ann-5", { ...late, same: "reject" })), "active", "or is in the way");
    },
    "one in doubt is told first": async (desk) => {
      await stoppedByOwner(desk);
      await desk.reserved("ann-2");
      await desk.step("doubt", { reservation: "ann-2", holdMs: 3000 });
      same(await desk.reserve("ann-3", late), { outcome: "in-doubt", retryAfterMs: 3000 }, "of the same fingerprint");
      await desk.advance(3000);
      await refused(desk, 6999, "ann-3");
    },
    "one that would be stopped for it runs on": async (desk) => {
      await stoppedByOwner(desk);
      await desk.start("ann-2");
      await refused(desk, 9999, "ann-3", { fresh: true });
      await refused(desk, 9999, "ann-3", { same: "replace" });
      has(await desk.record("ann-2"), { state: "running" }, "it runs on");
    },
    "others are not stopped, waited for or in the way": async (desk) => {
      const two = { active: 2 };
      await stoppedByOwner(desk, "ann-1", two);
      await desk.reserved("ann-2", { ...two, ...tour });
      await refused(desk, 9999, "ann-3");
      await desk.committed("ann-2");
      await refused(desk, 9999, "ann-3");
      await refused(desk, 9999, "ann-3", { other: "reject" });
      has(await desk.record("ann-2"), { state: "running" }, "it runs on");
    },
    "it comes before all limits, and charges nothing": async (desk) => {
      await stoppedByOwner(desk);
      const meters = [meter({ max: 1, windowMs: 24 * 3_600_000 })];
      await refused(desk, 10_000, "ann-2", { meters });
      await refused(desk, 10_000, "ann-2", { meters: [meter({ max: 0 })] });
      await refused(desk, 10_000, "ann-2", { overallActive: 0 });
      const next = await desk.reserve("ben-1", { meters });
      has(next.outcome === "reserved" ? next.readings[0] : undefined, { left: 0 }, "the first one that is charged");
    },
    "a caller that waited for what its owner stopped": async (desk) => {
      await desk.reserved("ann-1");
      same(await outcome(desk.reserve("ann-2", late)), "in-flight", "it waits");
      same(await outcome(desk.reserve("ann-3")), "in-flight", "so does another one");
      await desk.committed("ann-1");
      await desk.stop("ann-1");
      same(await desk.reserve("ann-2", late), stopped(10_000), "stopped");
      same(await outcome(desk.reserve("ann-3")), "reserved", "the other one did not ask for it");
    },
    "the caller waits for nothing any longer": async (desk) => {
      const two = { active: 2 };
      await stoppedByOwner(desk, "ann-1", two);
      await desk.reserved("ann-2", { ...two, ...tour });
      await desk.reserve("ann-3", { ...two, ...tour });
      const delivery = (await desk.committed("ann-2")).deliveries;
      has(await desk.step("abandon", { reservation: "ann-2", delivery }), { moved: false }, "ann-3 waits for it");
      same(await desk.reserve("ann-3", { ...two, ...late }), stopped(9999), "refused something else");
      has(await desk.step("abandon", { reservation: "ann-2", delivery }), { moved: true }, "nobody waits");
    },
    "a stop and a late request at once: it is given what is stopped, or refused": async (desk) => {
      for (let n = 0; n < 10; n++) {
        await desk.start(`user${n}-1`);
        const asking = () => desk.step("reserve", reserveRequest(`user${n}-2`, late));
        // Each is sent first every other time.
        const earlier = n % 2 === 0 ? undefined : asking();
        const [stop, answer] = await Promise.all([desk.stop(`user${n}-1`), earlier ?? asking()]);
        has(stop, { moved: true }, "stopped");
        ok(answer.outcome === "stopped" || answer.outcome === "resumed", `${answer.outcome}: nothing new`);
        same(await desk.peek(`user${n}-2`), undefined, "no reservation");
      }
    },
  }),
];
