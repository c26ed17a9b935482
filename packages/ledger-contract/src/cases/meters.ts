import type { Meter, ReserveRequest } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { type Desk, meter, terms } from "../desk.js";
import { fail, has, same } from "../expect.js";

const windowMs = 60_000;
const starts = meter({ name: "starts", key: "starts", max: 2, windowMs });
const seconds = meter({ name: "seconds", key: "seconds", unit: "seconds", max: 1000, windowMs: 600_000 });

/** To the beginning of a window of ten minutes, which is one of a minute as well. */
async function toWindow(desk: Desk): Promise<void> {
  await desk.advance(600_000 - (desk.now() % 600_000));
}

async function left(desk: Desk, reservation: string, more: Partial<ReserveRequest>): Promise<(number | string)[]> {
  const outcome = await desk.reserve(reservation, more);
  if (!("readings" in outcome)) return fail(`${reservation}: ${outcome.outcome}`);
  return [outcome.outcome, ...outcome.readings.map((reading) => reading.left)];
}

/** What is left, without a start that is made: no meter lets this one pass. */
async function rest(desk: Desk, ...meters: Meter[]): Promise<number[]> {
  const outcome = await desk.reserve("probe-1", { meters: [...meters, meter({ key: "none", max: 0 })] });
  if (outcome.outcome !== "limited") return fail(`the probe should be limited: ${outcome.outcome}`);
  return outcome.readings.slice(0, meters.length).map((reading) => reading.left);
}

/** Rules 8 and 9 of `reserve`, and the settling of `end`. */
export const meterCases: readonly Case[] = cases("meters", {
  "so many starts in a window, counted over all that share the key": async (desk) => {
    await toWindow(desk);
    await desk.advance(10_000);
    const meters = [starts];
    same(
      await desk.reserve("ann-1", { meters }),
      { outcome: "reserved", maxSeconds: 600, replaces: [], readings: [{ name: "starts", left: 1, resetMs: 50_000 }] },
      "the first",
    );
    same(await left(desk, "ben-1", { meters }), ["reserved", 0], "the second");
    await desk.advance(20_000);
    same(
      await desk.reserve("cid-1", { meters }),
      {
        outcome: "limited",
        by: "starts",
        retryAfterMs: 30_000,
        readings: [{ name: "starts", left: 0, resetMs: 30_000 }],
      },
      "a third",
    );
    same(await desk.peek("cid-1"), undefined, "is not written");
    same(await left(desk, "cid-1", { meters: [{ ...starts, key: "other" }] }), ["reserved", 1], "another key");
    await desk.advance(29_999);
    same(await left(desk, "dot-1", { meters }), ["limited", 0], "the last millisecond of the window");
    await desk.advance(1);
    same(await left(desk, "dot-1", { meters }), ["reserved", 1], "the next window");
  },
  "a reservation asked for again is charged once": async (desk) => {
    await toWindow(desk);
    same(await left(desk, "ann-1", { meters: [starts, seconds] }), ["reserved", 1, 400], "charged");
    same(await left(desk, "ann-1", { meters: [starts, seconds] }), ["reserved", 1, 400], "not again");
  },
  "what starts nothing is not charged": async (desk) => {
    await toWindow(desk);
    const meters = [starts, seconds];
    await desk.start("ann-1", { meters });
    await desk.resumed("ann-2", { meters });
    same((await desk.reserve("ann-3", { meters, same: "reject" })).outcome, "active", "rejected");
    await desk.reserved("ben-1");
    await desk.reserve("ben-2", { meters });
    same(await rest(desk, ...meters), [1, 400], "one start");
  },
  "seconds shorten a conversation, but not below `minSeconds`": async (desk) => {
    await toWindow(desk);
    const meters = [seconds];
    await desk.reserve("ann-1", { meters });
    const second = await desk.reserve("ben-1", { meters });
    has(second, { outcome: "reserved", maxSeconds: 400 }, "what is left");
    has(await desk.record("ben-1"), { maxSeconds: 400 }, "as written");
    has(await desk.reserve("ben-1", { meters }), { outcome: "reserved", maxSeconds: 400 }, "as before");
    has(await desk.reserve("cid-1", { meters }), { outcome: "limited", by: "seconds" }, "nothing is left");
    await desk.end("ben-1", { reason: "not-started" });
    await desk.reserve("dot-1", { meters, maxSeconds: 371 });
    same(
      await desk.reserve("cid-1", { meters, minSeconds: 30 }),
      {
        outcome: "limited",
        by: "seconds",
        retryAfterMs: 600_000,
        readings: [{ name: "seconds", left: 29, resetMs: 600_000 }],
      },
      "29 are fewer than 30",
    );
    has(await desk.reserve("cid-1", { meters, minSeconds: 29 }), { maxSeconds: 29 }, "29 are 29");
    same(await rest(desk, seconds), [0], "never over `max`");
  },
  "each meter is charged with what all of them have left": async (desk) => {
    await toWindow(desk);
    const tight = { ...seconds, name: "tight", key: "tight", max: 100 };
    same(
      await desk.reserve("ann-1", { meters: [seconds, tight] }),
      {
        outcome: "reserved",
        maxSeconds: 100,
        replaces: [],
        readings: [
          { name: "seconds", left: 900, resetMs: 600_000 },
          { name: "tight", left: 0, resetMs: 600_000 },
        ],
      },
      "100 from both",
    );
  },
  "a meter that refuses leaves the others uncharged, and nothing stopped": async (desk) => {
    await toWindow(desk);
    const runs = await desk.start("ann-1");
    const full = meter({ name: "full", key: "full", max: 0 });
    const refused = await desk.reserve("ann-2", { fresh: true, meters: [starts, seconds, full] });
    has(refused, { outcome: "limited", by: "full" }, "the third meter");
    same(await rest(desk, starts, seconds), [2, 1000], "nothing charged");
    same(await desk.record("ann-1"), runs, "nothing stopped");
    has(
      await desk.reserve("ann-2", { fresh: true, meters: [full, { ...full, name: "fuller" }] }),
      { by: "full" },
      "the first in the way is named",
    );
    same((await desk.reserve("ann-2", { meters: [full] })).outcome, "resumed", "a resume needs no meter");
  },
  "an end gives back the seconds that were not used": async (desk) => {
    await toWindow(desk);
    await desk.start("ann-1", { meters: [starts, seconds] });
    same(await rest(desk, starts, seconds), [1, 400], "while it runs");
    await desk.advance(5000);
    await desk.stop("ann-1");
    same(await rest(desk, starts, seconds), [1, 400], "while it stops");
    await desk.end("ann-1", { seconds: 7 });
    same(await rest(desk, starts, seconds), [1, 993], "all but 7; the start was one");
    await desk.end("ann-1", { seconds: 7 });
    await desk.step("announced", { reservation: "ann-1" });
    same(await rest(desk, starts, seconds), [1, 993], "once");
  },
  "a start that was not sent gives all of it back": async (desk) => {
    await toWindow(desk);
    const meters = [starts, seconds];
    await desk.reserved("ann-1", { meters });
    await desk.end("ann-1", { reason: "not-started" });
    same(await rest(desk, ...meters), [2, 1000], "nothing was sent");
    await desk.reserved("ben-1", { meters });
    await desk.end("ben-1", { reason: "server" });
    same(await rest(desk, ...meters), [1, 1000], "another reason: the start counts");
    await desk.reserved("cid-1", { meters });
    await desk.step("doubt", { reservation: "cid-1", holdMs: 0 });
    await desk.end("cid-1", { reason: "not-started" });
    same(await rest(desk, ...meters), [0, 400], "in doubt: it may have been sent, and all of it used");
  },
  "an unknown one that is found out about gives back what was not used": async (desk) => {
    await toWindow(desk);
    await desk.reserved("ann-1", { meters: [seconds] });
    await desk.step("doubt", { reservation: "ann-1", holdMs: 0 });
    await desk.end("ann-1", { seconds: 0 });
    same(await rest(desk, seconds), [1000], "nothing was billed");
    await desk.reserved("ben-1", { meters: [seconds] });
    await desk.advance(10_000);
    await desk.step("found", { reservation: "ben-1", conversation: "late one", reason: "late-answer" });
    await desk.end("ben-1");
    same(await rest(desk, seconds), [990], "counted from its reservation");
  },
  "one that is given up keeps all of it": async (desk) => {
    await toWindow(desk);
    const day = { ...seconds, windowMs: 24 * 3_600_000 };
    await desk.advance(24 * 3_600_000 - (desk.now() % (24 * 3_600_000)));
    await desk.reserved("ann-1", { meters: [day] });
    await desk.step("doubt", { reservation: "ann-1", holdMs: 0 });
    await desk.advance(terms.settleMs + 600_000);
    has((await desk.due()).records[0], { reason: "given-up", seconds: 600 }, "given up");
    same(await rest(desk, day), [400], "it may have run all the time");
  },
  "nothing is given back into a window that was not charged": async (desk) => {
    await toWindow(desk);
    const meters = [starts, seconds];
    await desk.start("ann-1", { meters });
    await desk.reserved("ben-1", { meters });
    await desk.advance(windowMs);
    await desk.end("ben-1", { reason: "not-started" });
    same(await rest(desk, ...meters), [2, 400], "the starts' window is another one, the seconds' the same");
    await desk.advance(540_000);
    await desk.end("ann-1", { seconds: 1 });
    same(await rest(desk, ...meters), [2, 1000], "both windows are others");
  },
  "a window that was charged ends for good": async (desk) => {
    await toWindow(desk);
    await desk.start("ann-1", { meters: [seconds] });
    await desk.advance(600_000);
    await desk.reserved("ben-1", { meters: [seconds] });
    await desk.end("ann-1", { seconds: 1 });
    same(await rest(desk, seconds), [400], "only ben's is in this one");
  },
});
