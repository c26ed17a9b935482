import type { ReserveRequest } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { commitRequest, type Desk, meter, terms } from "../desk.js";
import { has, ok, same } from "../expect.js";

const names = (count: number, name: (n: number) => string): string[] =>
  Array.from({ length: count }, (_, n) => name(n));

/** How often each outcome came, when all of them ask at once. */
async function outcomes(
  desk: Desk,
  reservations: readonly string[],
  more: (n: number) => Partial<ReserveRequest> = () => ({}),
): Promise<Record<string, number>> {
  const answers = await Promise.all(reservations.map((reservation, n) => desk.reserve(reservation, more(n))));
  const count: Record<string, number> = {};
  for (const { outcome } of answers) count[outcome] = (count[outcome] ?? 0) + 1;
  return count;
}

/** Steps that meet: each is atomic, so that one of them comes first. */
export const raceCases: readonly Case[] = cases("at once", {
  "the same start, by many callers: one is reserved": async (desk) => {
    const callers = names(8, (n) => `ann-${n}`);
    same(await outcomes(desk, callers), { reserved: 1, "in-flight": 3, crowded: 4 }, "one, and `maxWaiting` wait");
    same((await desk.live()).length, 1, "one reservation");
  },
  "different starts of one consumer: one is reserved": async (desk) => {
    const callers = names(8, (n) => `ann-${n}`);
    const count = await outcomes(desk, callers, (n) => ({ fingerprint: `${n}`, maxWaiting: 9 }));
    same(count, { reserved: 1, "in-flight": 7 }, "the others wait");
  },
  "one reservation, sent many times: one start, charged once": async (desk) => {
    const meters = [meter({ max: 5, windowMs: 24 * 3_600_000 })];
    same(
      await outcomes(
        desk,
        names(5, () => "ann-1"),
        () => ({ meters }),
      ),
      { reserved: 5 },
      "the same for all",
    );
    const last = await desk.reserve("ben-1", { meters });
    has(last.outcome === "reserved" ? last.readings[0] : undefined, { left: 3 }, "one, and this one");
  },
  "many consumers: no more than `overallActive`": async (desk) => {
    const callers = names(10, (n) => `user${n}-1`);
    same(await outcomes(desk, callers, () => ({ overallActive: 3 })), { reserved: 3, limited: 7 }, "three");
    same((await desk.live()).length, 3, "reservations");
  },
  "many consumers: no more starts than there are": async (desk) => {
    const meters = [meter({ max: 4, windowMs: 24 * 3_600_000 })];
    const callers = names(10, (n) => `user${n}-1`);
    same(await outcomes(desk, callers, () => ({ meters })), { reserved: 4, limited: 6 }, "four");
  },
  "many consumers: no more seconds than there are": async (desk) => {
    const meters = [meter({ unit: "seconds", max: 1000, windowMs: 24 * 3_600_000 })];
    const callers = names(10, (n) => `user${n}-1`);
    same(await outcomes(desk, callers, () => ({ meters, maxSeconds: 300 })), { reserved: 4, limited: 6 }, "four");
    const reserved = (await desk.live()).map(({ maxSeconds }) => maxSeconds).sort((a, b) => a - b);
    same(reserved, [100, 300, 300, 300], "the last one shortened");
  },
  "`commit` and `doubt`: one of them": async (desk) => {
    for (let n = 0; n < 10; n++) {
      await desk.reserved(`user${n}-1`);
      const committing = () => desk.step("commit", commitRequest(`user${n}-1`));
      const doubting = () => desk.step("doubt", { reservation: `user${n}-1`, holdMs: 60_000 });
      // Each is sent first every other time.
      const earlier = n % 2 === 0 ? undefined : doubting();
      const [commit, doubt] = await Promise.all([committing(), earlier ?? doubting()]);
      ok(commit?.moved !== doubt?.moved, "exactly one moves it");
      const running = commit?.moved === true;
      has(await desk.record(`user${n}-1`), { state: running ? "running" : "unknown" }, "as that one says");
      same(commit?.delivery, running ? commit?.record.deliveries : 0, "the caller is told");
    }
  },
  "`commit` and time": async (desk) => {
    await desk.reserved("ann-1");
    await desk.advance(terms.settleMs);
    const [commit, due] = await Promise.all([desk.step("commit", commitRequest("ann-1")), desk.due()]);
    same(due.records.length, commit?.moved === true ? 0 : 1, "running, or unknown and handed out");
    has(await desk.record("ann-1"), { state: commit?.moved === true ? "running" : "unknown" }, "as that one says");
  },
  "`stop` and `leave`: it stops": async (desk) => {
    await desk.start("ann-1");
    const [stop] = await Promise.all([
      desk.stop("ann-1"),
      desk.step("leave", { claim: { reservation: "ann-1" }, graceMs: 3000 }),
    ]);
    has(stop, { claim: "found", moved: true }, "the stop");
    has(await desk.record("ann-1"), { state: "stopping", reason: "owner" }, "the record");
  },
  "`due` by many: each item to one of them": async (desk) => {
    const reservations = names(20, (n) => `user${n}-1`);
    for (const reservation of reservations) await desk.reserved(reservation);
    await desk.advance(terms.settleMs);
    const handed = (await Promise.all(names(6, String).map(() => desk.dueNow(5)))).flat();
    same(handed.sort(), reservations.sort(), "each once, and all of them");
  },
  "many resumes: each its own number, one look at upstream": async (desk) => {
    const { deliveries } = await desk.start("ann-1");
    await desk.advance(5000);
    const callers = names(10, (n) => `ann-${n + 2}`);
    const resumed = await Promise.all(callers.map((caller) => desk.resumed(caller)));
    const numbers = resumed.map(({ delivery }) => delivery - deliveries).sort((a, b) => a - b);
    same(
      numbers,
      names(10, String).map((_, n) => n + 1),
      "one after the other",
    );
    same(resumed.filter(({ check }) => check).length, 1, "one look");
  },
  "`abandon` and a resume: stopped, or given": async (desk) => {
    const { deliveries } = await desk.start("ann-1");
    const [abandon, resume] = await Promise.all([
      desk.step("abandon", { reservation: "ann-1", delivery: deliveries }),
      desk.reserve("ann-2"),
    ]);
    const stopped = abandon?.moved === true;
    same(resume.outcome, stopped ? "reserved" : "resumed", "a new one, or this one");
    has(await desk.record("ann-1"), { state: stopped ? "stopping" : "running" }, "the record");
  },
  "two ends: settled once": async (desk) => {
    const meters = [meter({ unit: "seconds", max: 1000, windowMs: 24 * 3_600_000 })];
    await desk.start("ann-1", { meters });
    const ends = await Promise.all([10, 10, 10].map((seconds) => desk.end("ann-1", { seconds })));
    same(ends.filter((end) => end?.moved === true).length, 1, "one moves it");
    const next = await desk.reserve("ben-1", { meters, maxSeconds: 90 });
    has(next.outcome === "reserved" ? next.readings[0] : undefined, { left: 900 }, "10 and 90 of 1000");
  },
});
