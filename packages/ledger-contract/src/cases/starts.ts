import { type Case, cases } from "../case.js";
import { commitRequest, conversationOf, reserveRequest } from "../desk.js";
import { has, same } from "../expect.js";

const record = (reservation: string) => ({ reservation });

/** A start from its reservation to its end. */
export const startCases: readonly Case[] = cases("start", {
  "a reservation is written as it was asked for": async (desk) => {
    same(
      await desk.reserve("ann-1"),
      { outcome: "reserved", maxSeconds: 600, replaces: [], readings: [] },
      "nothing is in the way",
    );
    const written = await desk.record("ann-1");
    has(
      written,
      {
        reservation: "ann-1",
        state: "reserved",
        consumer: "ann",
        fingerprint: "guide",
        payload: "payload of ann-1",
        maxSeconds: 600,
        reservedAt: desk.now(),
        joined: false,
        attempts: 0,
      },
      "the record",
    );
    const absent = ["conversation", "startedAt", "endsAt", "endedAt", "seconds", "leaveAt", "reason"];
    same(
      absent.filter((field) => field in written),
      [],
      "fields without a value are absent",
    );
  },
  "a reservation asked for again by its caller is the same one": async (desk) => {
    const first = await desk.reserved("ann-1", { maxSeconds: 120 });
    await desk.advance(1000);
    const before = await desk.snapshot();
    same(await desk.reserve("ann-1", { maxSeconds: 120 }), first, "as before");
    same(await desk.snapshot(), before, "nothing is written");
  },
  "a reservation that is not `reserved` any more is spent": async (desk) => {
    await desk.start("ann-1");
    same(await desk.reserve("ann-1"), { outcome: "spent" }, "running");
    await desk.stop("ann-1");
    same(await desk.reserve("ann-1"), { outcome: "spent" }, "stopping");
    await desk.end("ann-1");
    same(await desk.reserve("ann-1"), { outcome: "spent" }, "ended");
    await desk.step("announced", record("ann-1"));
    same(await desk.reserve("ann-1"), { outcome: "spent" }, "announced");
    await desk.reserved("ben-1");
    await desk.step("doubt", { ...record("ben-1"), holdMs: 1000 });
    await desk.advance(2000);
    same(await desk.reserve("ben-1"), { outcome: "spent" }, "unknown, and held no longer");
  },
  "`commit` writes what upstream answered": async (desk) => {
    await desk.reserved("ann-1", { maxSeconds: 300 });
    await desk.advance(700);
    const result = await desk.step("commit", commitRequest("ann-1", { maxSeconds: 240 }));
    has(
      result?.record,
      {
        state: "running",
        conversation: conversationOf("ann-1"),
        payload: "grant of ann-1",
        startedAt: desk.now(),
        endsAt: desk.now() + 240_000,
        maxSeconds: 300,
        reservedAt: desk.now() - 700,
        deliveries: result?.delivery,
        joined: false,
        attempts: 0,
      },
      "the record",
    );
    same(result?.record, await desk.record("ann-1"), "the answer is the record");
  },
  "`commit` again gives the caller's number": async (desk) => {
    const { deliveries } = await desk.start("ann-1");
    same((await desk.resumed("ann-2")).delivery, deliveries + 1, "a resume is the next delivery");
    const again = await desk.step("commit", commitRequest("ann-1"));
    has(again, { moved: false, delivery: deliveries }, "its own, not the latest");
  },
  "`commit` of another conversation, or of one that does not run, is delivery 0": async (desk) => {
    await desk.start("ann-1");
    const other = commitRequest("ann-1", { conversation: "another one" });
    has(await desk.step("commit", other), { moved: false, delivery: 0 }, "another conversation runs");
    has(await desk.record("ann-1"), { conversation: conversationOf("ann-1") }, "that one stays");
    await desk.stop("ann-1");
    has(await desk.step("commit", commitRequest("ann-1")), { moved: false, delivery: 0 }, "it is stopping");
    await desk.end("ann-1");
    has(await desk.step("commit", commitRequest("ann-1")), { moved: false, delivery: 0 }, "it has ended");
    await desk.reserved("ben-1");
    await desk.step("doubt", { ...record("ben-1"), holdMs: 1000 });
    has(await desk.step("commit", commitRequest("ben-1")), { moved: false, delivery: 0 }, "its outcome is in doubt");
    has(await desk.record("ben-1"), { state: "unknown", conversation: undefined }, "and stays so");
    same(await desk.step("commit", commitRequest("cid-1")), null, "there is no such reservation");
  },
  "`found` counts as started when it was reserved": async (desk) => {
    await desk.reserved("ann-1");
    const reservedAt = desk.now();
    await desk.advance(20_500);
    const found = { ...record("ann-1"), conversation: conversationOf("ann-1"), reason: "bad-answer" } as const;
    const moved = await desk.step("found", found);
    has(
      moved?.record,
      {
        state: "stopping",
        conversation: conversationOf("ann-1"),
        reason: "bad-answer",
        startedAt: reservedAt,
        attempts: 1,
      },
      "the record",
    );
    has((await desk.end("ann-1"))?.record, { seconds: 21, endedAt: desk.now() }, "counted from the reservation");
  },
  "a reservation is nobody else's": async (desk) => {
    await desk.reserved("ann-1");
    same((await desk.reserve("ben-1")).outcome, "reserved", "another consumer");
    same((await desk.live()).length, 2, "two reservations");
    same(
      await desk.step("lookUp", { reservations: [reserveRequest("cid-1").reservation] }),
      { records: [] },
      "no more",
    );
  },
});
