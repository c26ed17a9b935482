import type { EndReason } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { conversationOf, type Desk, terms } from "../desk.js";
import { has, same } from "../expect.js";
import { late, outcome, refused } from "./tombstones.js";

/** From when the tombstone of each reason counts. `told`: from what upstream tells of an end, and only if it does. */
const counts: Readonly<Record<EndReason, "from then" | "told" | "never">> = {
  owner: "from then",
  server: "from then",
  replaced: "from then",
  shutdown: "from then",
  // Before the end of its time.
  "time-over": "from then",
  upstream: "told",
  left: "never",
  "client-gone": "never",
  "never-joined": "never",
  "keepalive-missed": "never",
  "token-spent": "never",
  unreadable: "never",
  orphan: "never",
  "late-answer": "never",
  "bad-answer": "never",
  "not-started": "never",
  "given-up": "never",
};

const tour = { fingerprint: "tour" } as const;
const upstream = { reason: "upstream" } as const;

/** So much is left of a tombstone; 0: there is none. */
async function left(desk: Desk, ms: number, reservation: string, more: Parameters<Desk["reserve"]>[1] = {}) {
  if (ms > 0) return await refused(desk, ms, reservation, more);
  same(await outcome(desk.reserve(reservation, { ...late, ...more })), "reserved", "nothing stands in its way");
  await desk.end(reservation, { reason: "not-started" });
}

/** What one leaves that runs and is moved for this reason by `stop`, by `end`, and by an `end` that tells when. */
async function isLeft(desk: Desk, reason: EndReason): Promise<void> {
  const is = counts[reason];
  const fromThen = is === "from then" ? 10_000 : 0;
  await desk.start("ann-1");
  await desk.step("stop", { claim: { reservation: "ann-1" }, reason });
  await left(desk, fromThen, "ann-2");
  await desk.start("ben-1");
  await desk.end("ben-1", { reason });
  await left(desk, fromThen, "ben-2");
  await desk.start("cid-1");
  await desk.end("cid-1", { reason, agoMs: 4000 });
  await left(desk, is === "told" ? 6000 : fromThen, "cid-2");
  const { reservedAt } = await desk.start("dan-1");
  await desk.step("stop", { claim: { reservation: "dan-1" }, reason });
  await desk.advanceTo(reservedAt + 3000);
  has(await desk.end("dan-1", { reason, agoMs: 0 }), { moved: true }, "upstream confirms it");
  await left(desk, Math.max(0, fromThen - 3000), "dan-2");
}

const reasons = Object.keys(counts) as EndReason[]; // Object.keys forgets the names of the fields.

/** Rule 4 of `reserve`: which ends a late request is not to follow. */
export const tombstoneReasonCases: readonly Case[] = [
  ...cases(
    "tombstone by reason",
    Object.fromEntries(reasons.map((reason) => [`${reason}: ${counts[reason]}`, (desk: Desk) => isLeft(desk, reason)])),
  ),
  ...cases("tombstone of a replaced one", {
    "is left for those who ask for the same, by a start of another fingerprint": async (desk) => {
      await desk.start("ann-1");
      await desk.start("ann-2", tour);
      has(await desk.record("ann-1"), { state: "stopping", reason: "replaced" }, "it had to give way");
      await refused(desk, 10_000, "ann-3");
      has((await desk.resumed("ann-3", { ...late, ...tour })).record, { reservation: "ann-2" }, "the other one runs");
      await desk.advance(10_000);
      same(await outcome(desk.reserve("ann-3", late)), "reserved", "ten seconds later");
    },
    "is nothing to the start that has replaced it, nor to those who then wait or resume": async (desk) => {
      await desk.start("ann-1");
      has((await desk.reserved("ann-2", { ...late, fresh: true })).replaces[0], { reason: "replaced" }, "replaced");
      same(await outcome(desk.reserve("ann-3", late)), "in-flight", "it waits");
      await desk.committed("ann-2");
      has((await desk.resumed("ann-3", late)).record, { reservation: "ann-2" }, "it has waited");
      has((await desk.resumed("ann-4", late)).record, { reservation: "ann-2" }, "it runs");
    },
    "stands when the start that has replaced it comes to nothing": async (desk) => {
      await desk.start("ann-1");
      await desk.reserved("ann-2", { ...late, fresh: true });
      await desk.end("ann-2", { reason: "not-started" });
      await refused(desk, 10_000, "ann-3");
      await refused(desk, 10_000, "ann-3", { fresh: true });
      await desk.end("ann-1", { reason: "replaced" });
      await refused(desk, 10_000, "ann-3");
    },
    "is left by a start that is taken only": async (desk) => {
      await desk.start("ann-1");
      same(await outcome(desk.reserve("ann-2", { fresh: true, overallActive: 0 })), "limited", "refused");
      await desk.end("ann-1", upstream);
      await left(desk, 0, "ann-3");
    },
    "is not left by one that reached nobody, or was over in another way": async (desk) => {
      const { deliveries } = await desk.start("ann-1");
      await desk.step("keep", { claim: { reservation: "ann-1" }, keepMs: 2000 });
      await desk.step("abandon", { reservation: "ann-1", delivery: deliveries });
      await desk.advance(2000);
      has((await desk.due()).records[0], { reason: "keepalive-missed" }, "its page is gone");
      await left(desk, 0, "ann-2");
      await desk.reserved("ben-1");
      await desk.reserve("ben-2");
      await desk.step("abandon", { reservation: "ben-1", delivery: (await desk.committed("ben-1")).deliveries });
      // Whoever waits keeps it, until it asks for something else.
      const other = { ...tour, other: "reject", active: 1 } as const;
      has((await desk.reserved("ben-2", other)).replaces[0], { reason: "client-gone" }, "nobody had it");
      await desk.end("ben-2", { reason: "not-started" });
      await left(desk, 0, "ben-3");
    },
  }),
  ...cases("tombstone by upstream's word", {
    "counts from when it ended, to the millisecond": async (desk) => {
      await desk.start("ann-1");
      await desk.end("ann-1", { ...upstream, agoMs: 4000 });
      await refused(desk, 6000, "ann-2");
      await desk.advance(5999);
      await refused(desk, 1, "ann-2");
      await desk.advance(1);
      same(await outcome(desk.reserve("ann-2", late)), "reserved", "ten seconds after it ended");
    },
    "is over, or unknown, when it ended long ago": async (desk) => {
      await desk.start("ann-1");
      await desk.end("ann-1", { ...upstream, agoMs: 10_000 });
      await refused(desk, 50_000, "ann-2", { tombstoneMs: 60_000 });
      await left(desk, 0, "ann-2");
      for (const [n, agoMs] of [60_000, 3_600_000, 1e12].entries()) {
        await desk.start(`user${n}-1`);
        await desk.end(`user${n}-1`, { ...upstream, agoMs });
        await left(desk, 0, `user${n}-2`, { tombstoneMs: 60_000 });
      }
    },
    "is never for a time to come": async (desk) => {
      await desk.start("ann-1");
      await desk.end("ann-1", { ...upstream, agoMs: -5000 });
      await refused(desk, 10_000, "ann-2");
      await desk.start("ben-1");
      await desk.end("ben-1", { ...upstream, agoMs: 0 });
      await refused(desk, 10_000, "ben-2");
    },
    "does not move back what is noted already": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      await desk.advance(999);
      await desk.start("ann-2");
      await desk.end("ann-2", { ...upstream, agoMs: 5000 });
      await refused(desk, 9000, "ann-3");
      await desk.start("ann-3");
      await desk.end("ann-3", { ...upstream, agoMs: 500 });
      await refused(desk, 9500, "ann-4");
      await desk.start("ann-4");
      await desk.end("ann-4", { reason: "time-over", agoMs: 5000 });
      await refused(desk, 10_000, "ann-5");
    },
    "is forgotten in time, as the one that it did not move is": async (desk) => {
      await desk.start("ann-1");
      await desk.stop("ann-1");
      await desk.start("ann-2");
      await desk.end("ann-2", { ...upstream, agoMs: 30_000 });
      await desk.start("ben-1");
      await desk.end("ben-1", { ...upstream, agoMs: 30_000 });
      await desk.advance(29_999);
      await refused(desk, 1, "ben-2", { tombstoneMs: 60_000 });
      // Each start took a millisecond.
      await desk.advance(29_998);
      await desk.due();
      await left(desk, 0, "ben-2", { tombstoneMs: 60_000 });
      await refused(desk, 1, "ann-3", { tombstoneMs: 60_000 });
      await desk.advance(3_600_000);
      await desk.due();
      for (const reservation of ["ann-3", "ben-3"]) await left(desk, 0, reservation, { tombstoneMs: 7_200_000 });
    },
    "is not left by what did not run, and not again": async (desk) => {
      const told = { ...upstream, agoMs: 0 };
      await desk.reserved("ann-1");
      await desk.end("ann-1", told);
      await left(desk, 0, "ann-2");
      await desk.reserved("ben-1");
      await desk.step("doubt", { reservation: "ben-1", holdMs: 0 });
      await desk.end("ben-1", told);
      await left(desk, 0, "ben-2");
      await desk.reserved("cid-1");
      await desk.step("found", { reservation: "cid-1", conversation: conversationOf("cid-1"), reason: "late-answer" });
      await desk.end("cid-1", told);
      await left(desk, 0, "cid-2");
      await desk.start("dan-1");
      await desk.end("dan-1", told);
      await desk.advance(4000);
      has(await desk.end("dan-1", told), { moved: false }, "sent again");
      await refused(desk, 6000, "dan-2");
    },
    "is not left by one that was adopted": async (desk) => {
      const adopted = { conversation: "orphan", consumer: "ann", payload: "", maxSeconds: 600, elapsedMs: 0, terms };
      await desk.step("adopt", { reservation: "ann-1", ...adopted });
      await desk.end("ann-1", { ...upstream, agoMs: 0 });
      await left(desk, 0, "ann-2", { fingerprint: "" });
    },
  }),
];
