import { type Case, cases } from "../case.js";
import { type Desk, terms } from "../desk.js";
import { has, same } from "../expect.js";

const ann = { reservation: "ann-1" };
const claim = ann;

const abandon = (desk: Desk, delivery: number) => desk.step("abandon", { ...ann, delivery });
const stop = (desk: Desk, delivery: number) => desk.step("stop", { claim, reason: "owner", delivery });
const leave = (desk: Desk, delivery: number, graceMs = 3000) => desk.step("leave", { claim, graceMs, delivery });

/** `ann-1` runs, and was then given to so many others. The number of its first delivery. */
async function givenTo(desk: Desk, others: number): Promise<number> {
  const { deliveries } = await desk.start("ann-1");
  for (let n = 2; n < others + 2; n++) await desk.resumed(`ann-${n}`);
  return deliveries;
}

/** The word of this delivery's page counts neither as a stop nor as a leave: nothing changes. */
async function isOutdated(desk: Desk, delivery: number, why: string): Promise<void> {
  const before = await desk.snapshot();
  has(await stop(desk, delivery), { claim: "found", moved: false }, `stop: ${why}`);
  has(await leave(desk, delivery), { claim: "found", moved: false }, `leave: ${why}`);
  same(await desk.snapshot(), before, "nothing has changed");
}

/** It counts as both. */
async function counts(desk: Desk, delivery: number, why: string): Promise<void> {
  has(await leave(desk, delivery), { claim: "found", moved: true }, `leave: ${why}`);
  has(await stop(desk, delivery), { claim: "found", moved: true }, `stop: ${why}`);
}

/** Which page's stop and leave count: that of the latest delivery that may have reached anybody. */
export const outdatedCases: readonly Case[] = [
  ...cases("the word of an older delivery", {
    "counts when the later one reached nobody": async (desk) => {
      const first = await givenTo(desk, 1);
      await isOutdated(desk, first, "a later one may have reached somebody");
      await abandon(desk, first + 1);
      await counts(desk, first, "nobody but this page is there");
    },
    "counts when all later ones reached nobody, not before": async (desk) => {
      const first = await givenTo(desk, 3);
      await abandon(desk, first + 3);
      await isOutdated(desk, first, "two are left");
      await abandon(desk, first + 1);
      await isOutdated(desk, first, "one between them is left");
      await isOutdated(desk, first + 1, "the same for one that reached nobody itself");
      await counts(desk, first + 2, "the latest that may have reached anybody");
    },
    "counts when those between it and the latest did, and the latest is told of last": async (desk) => {
      const first = await givenTo(desk, 3);
      for (const later of [1, 2]) await abandon(desk, first + later);
      await isOutdated(desk, first, "the latest may have reached somebody");
      await abandon(desk, first + 3);
      await counts(desk, first, "none did");
    },
    "counts whoever was heard of, and whoever waits": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-9");
      const first = (await desk.committed("ann-1")).deliveries;
      const second = (await desk.resumed("ann-2")).delivery;
      await desk.step("keep", { claim, keepMs: 90_000 });
      await isOutdated(desk, first, "a keep-alive does not say whose it is");
      await abandon(desk, second);
      await desk.step("keep", { claim, keepMs: 90_000 });
      await counts(desk, first, "ann-9 still waits, and was given nothing");
    },
    "counts when the later ones were withdrawn": async (desk) => {
      const first = await givenTo(desk, 1);
      await desk.step("withdraw", { consumer: "ann", reservation: "ann-2" });
      await counts(desk, first, "as if abandoned");
    },
    "does not count with a number too high, whatever reached nobody": async (desk) => {
      const first = await givenTo(desk, 1);
      await abandon(desk, first + 1);
      await isOutdated(desk, first + 2, "never given");
      await isOutdated(desk, 0, "0 is none");
      await counts(desk, first + 1, "the latest, though it reached nobody");
    },
    "does not count of the consumer's former conversation, whatever reached nobody": async (desk) => {
      const former = (await desk.start("ann-0")).deliveries;
      await desk.end("ann-0");
      const first = await givenTo(desk, 0);
      await desk.step("keep", { claim, keepMs: 90_000 });
      await abandon(desk, first);
      await isOutdated(desk, former, "it was another one's");
      await counts(desk, first, "its own");
    },
    "is asked about `unjoined` beside it": async (desk) => {
      const first = await givenTo(desk, 1);
      await abandon(desk, first + 1);
      await desk.step("joined", ann);
      const unjoined = { claim, reason: "never-joined", unjoined: true } as const;
      has(await desk.step("stop", { ...unjoined, delivery: first }), { moved: false }, "somebody is in it");
      const { deliveries } = await desk.start("ben-1");
      const ben = { ...unjoined, claim: { reservation: "ben-1" }, delivery: deliveries };
      has(await desk.step("stop", ben), { moved: true }, "nobody is in that one");
    },
    "of an adopted conversation means its number only: it was never given": async (desk) => {
      const former = (await desk.start("ann-0")).deliveries;
      await desk.resumed("ann-8");
      await desk.end("ann-0");
      const adopted = { conversation: "orphan", consumer: "ann", payload: "", maxSeconds: 600, elapsedMs: 0, terms };
      const { deliveries = 0 } = (await desk.step("adopt", { ...ann, ...adopted }))?.record ?? {};
      await isOutdated(desk, deliveries + 1, "too high");
      await isOutdated(desk, former, "another one's");
      await counts(desk, deliveries, "as it is");
      const ben = { reservation: "ben-1", ...adopted, conversation: "another orphan", consumer: "ben" };
      const none = (await desk.step("adopt", ben))?.record.deliveries;
      const stopBen = (delivery: number) =>
        desk.step("stop", { claim: { reservation: "ben-1" }, reason: "owner", delivery });
      has(await stopBen((none ?? 0) + 1), { moved: false }, "ben was given nothing");
      has(await stopBen(none ?? 0), { moved: true }, "the number that it has");
    },
  }),
  ...cases("the word of one before the last 16 deliveries", {
    "counts when it is the latest of them that may have reached anybody, and all later ones did not": async (desk) => {
      const first = await givenTo(desk, 17);
      for (let later = 2; later < 17; later++) await abandon(desk, first + later);
      await isOutdated(desk, first + 1, "the latest may have reached somebody");
      await abandon(desk, first + 17);
      await isOutdated(desk, first, "the second one may have, and is not remembered");
      await counts(desk, first + 1, "nobody but this page is there");
    },
    "does not count when one between did, and is told of too late": async (desk) => {
      const first = await givenTo(desk, 18);
      for (let later = 1; later <= 18; later++) await abandon(desk, first + later);
      await isOutdated(desk, first, "the second and the third are not among the last 16");
      await isOutdated(desk, first + 1, "nor is the third");
      await counts(desk, first + 2, "the latest that may have");
    },
    "counts when one between did, and was told of in time": async (desk) => {
      const first = await givenTo(desk, 3);
      for (let later = 1; later <= 3; later++) await abandon(desk, first + later);
      for (let n = 5; n <= 20; n++) await abandon(desk, (await desk.resumed(`ann-${n}`)).delivery);
      await isOutdated(desk, first + 2, "one that reached nobody is forgotten");
      await counts(desk, first, "the only one that may have");
    },
    "counts from the last 16 as ever": async (desk) => {
      const first = await givenTo(desk, 20);
      await isOutdated(desk, first + 19, "the latest may have reached somebody");
      await abandon(desk, first + 20);
      await isOutdated(desk, first + 18, "the one before may have");
      await counts(desk, first + 19, "the latest that may have");
    },
  }),
  ...cases("the leave of an older delivery", {
    "takes effect as any, and is put off and holds again as any": async (desk) => {
      const first = await givenTo(desk, 1);
      await abandon(desk, first + 1);
      await leave(desk, first);
      const { leaveAt } = await desk.record("ann-1");
      same(leaveAt, desk.now() + 3000, "noted");
      const third = (await desk.resumed("ann-3")).delivery;
      has(await desk.record("ann-1"), { leaveAt: undefined }, "put off");
      await isOutdated(desk, first, "the third one may have reached somebody");
      await abandon(desk, third);
      has(await desk.record("ann-1"), { state: "running", leaveAt }, "holds again");
      has(await leave(desk, first, 60_000), { moved: false }, "there is one");
      await desk.advance(3000);
      has((await desk.due()).records[0], { state: "stopping", reason: "left" }, "it has left");
    },
    "once refused, stays so when the later one turns out to have reached nobody": async (desk) => {
      const first = await givenTo(desk, 1);
      has(await leave(desk, first), { moved: false }, "refused");
      await abandon(desk, first + 1);
      has(await desk.record("ann-1"), { state: "running", leaveAt: undefined }, "nothing holds");
      await desk.advance(3000);
      same(await desk.dueNow(), [], "it runs on");
      has(await leave(desk, first), { moved: true }, "said again, it counts");
    },
    "that was put off, said again while somebody waits, has its new time": async (desk) => {
      await desk.reserved("ann-1");
      await desk.reserve("ann-9");
      const first = (await desk.committed("ann-1")).deliveries;
      await leave(desk, first);
      await abandon(desk, (await desk.resumed("ann-2")).delivery);
      has(await desk.record("ann-1"), { leaveAt: undefined }, "ann-9 waits");
      await desk.advance(1000);
      has(await leave(desk, first), { moved: true }, "said again");
      const leaveAt = desk.now() + 3000;
      await desk.step("unwait", { ...ann, waiter: "ann-9" });
      has(await desk.record("ann-1"), { state: "running", leaveAt }, "the new one, not the old one");
    },
    "that was put off, said again after a keep-alive, has its new time": async (desk) => {
      const first = await givenTo(desk, 0);
      await leave(desk, first);
      const second = (await desk.resumed("ann-2")).delivery;
      await desk.step("keep", { claim, keepMs: 600_000 });
      await abandon(desk, second);
      has(await desk.record("ann-1"), { leaveAt: undefined }, "somebody was heard of since");
      await desk.advance(1000);
      has(await leave(desk, first), { moved: true }, "said again");
      has(await desk.record("ann-1"), { leaveAt: desk.now() + 3000 }, "the new one");
    },
  }),
];
