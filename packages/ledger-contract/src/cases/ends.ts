import { type Case, cases } from "../case.js";
import { conversationOf, terms } from "../desk.js";
import { has, same } from "../expect.js";

const record = (reservation: string) => ({ reservation });

/** How a conversation ends, and what is kept of it; and one that turns up. */
export const endCases: readonly Case[] = cases("end", {
  "`stop` writes why, and begins a first attempt": async (desk) => {
    const running = await desk.start("ann-1");
    same(
      await desk.step("stop", { claim: { reservation: "ann-1" }, reason: "server" }),
      { claim: "found", moved: true, record: { ...running, state: "stopping", reason: "server", attempts: 1 } },
      "the record",
    );
    has(
      await desk.step("stop", { claim: { reservation: "ann-1" }, reason: "owner" }),
      { moved: false, record: await desk.record("ann-1") },
      "a second stop leaves the first one's reason",
    );
    has((await desk.end("ann-1", { reason: "upstream" }))?.record, { reason: "server" }, "and so does its end");
  },
  "`stop` of unjoined ones only leaves a joined one alone": async (desk) => {
    await desk.start("ann-1");
    await desk.start("ben-1");
    await desk.step("joined", record("ann-1"));
    const stop = (reservation: string) =>
      desk.step("stop", { claim: { reservation }, reason: "never-joined", unjoined: true });
    has(await stop("ann-1"), { moved: false }, "joined");
    has(await stop("ben-1"), { moved: true }, "not joined");
    has(await desk.record("ann-1"), { state: "running" }, "joined");
  },
  "`end` takes what upstream billed, at most `maxSeconds`": async (desk) => {
    for (const [reservation, seconds, settled] of [
      ["ann-1", 17, 17],
      ["ben-1", 9999, 600],
      ["cid-1", 0, 0],
    ] as const) {
      await desk.start(reservation);
      await desk.advance(5000);
      has(
        (await desk.end(reservation, { seconds }))?.record,
        { seconds: settled, state: "ended" },
        `${seconds} billed`,
      );
    }
  },
  "`end` without a bill counts whole seconds, rounded up": async (desk) => {
    const seconds = async (reservation: string) => (await desk.end(reservation))?.record.seconds;
    await desk.start("ann-1");
    await desk.advance(12_001);
    same(await seconds("ann-1"), 13, "12.001 s after the start");
    await desk.start("ben-1");
    await desk.advance(12_000);
    same(await seconds("ben-1"), 12, "12 s after the start");
    await desk.start("cid-1", { maxSeconds: 60 });
    await desk.advance(100_000);
    same(await seconds("cid-1"), 60, "more than `maxSeconds` after the start");
    await desk.start("dot-1");
    await desk.advance(3000);
    await desk.stop("dot-1");
    await desk.advance(4000);
    same(await seconds("dot-1"), 7, "until it is confirmed to have stopped");
  },
  "`end` of what never had a conversation tells it, and forgets it": async (desk) => {
    await desk.reserved("ann-1");
    await desk.advance(5000);
    const ended = await desk.end("ann-1", { reason: "not-started" });
    has(ended?.record, { state: "ended", reason: "not-started", seconds: 0, endedAt: desk.now() }, "from reserved");
    same(await desk.peek("ann-1"), undefined, "forgotten");
    same(await desk.end("ann-1", { reason: "not-started" }), null, "there is no such record");
    same((await desk.reserve("ann-1")).outcome, "reserved", "the consumer may start");
    await desk.step("doubt", { ...record("ann-1"), holdMs: 60_000 });
    has((await desk.end("ann-1"))?.record, { state: "ended", seconds: 600 }, "from unknown: all of it");
    same(await desk.peek("ann-1"), undefined, "forgotten");
    same((await desk.reserve("ann-2")).outcome, "reserved", "the consumer may start");
  },
  "an announced end is kept for ten minutes, without its payload": async (desk) => {
    await desk.start("ann-1");
    const ended = await desk.end("ann-1");
    has(ended?.record, { payload: "grant of ann-1", endedAt: desk.now() }, "whoever announces it may need the payload");
    await desk.advance(3_600_000);
    has(await desk.record("ann-1"), { state: "ended", payload: "grant of ann-1" }, "as long as it is not announced");
    const announced = await desk.step("announced", record("ann-1"));
    has(announced?.record, { state: "ended", payload: "" }, "without its payload");
    await desk.advance(5000);
    same((await desk.step("announced", record("ann-1")))?.moved, false, "only once");
    await desk.advance(594_999);
    has(await desk.record("ann-1"), { state: "ended", payload: "", reason: "owner" }, "a stop gets the same answer");
    has(await desk.stop("ann-1"), { claim: "found", moved: false }, "a stop gets the same answer");
    await desk.advance(2);
    same(await desk.peek("ann-1"), undefined, "forgotten, counted from the first announcement");
    same(await desk.stop("ann-1"), { claim: "none" }, "forgotten");
    same(await desk.step("find", { claim: { token: "token of ann-1" } }), { claim: "none" }, "and its token");
  },
  "`adopt` writes down what runs upstream": async (desk) => {
    const adopt = {
      ...record("ann-1"),
      conversation: conversationOf("ann-1"),
      consumer: "ann",
      payload: "adopted",
      maxSeconds: 600,
      elapsedMs: 90_500,
      terms,
    };
    has(
      (await desk.step("adopt", adopt))?.record,
      {
        state: "running",
        joined: true,
        consumer: "ann",
        payload: "adopted",
        conversation: conversationOf("ann-1"),
        maxSeconds: 600,
        startedAt: desk.now() - 90_500,
        endsAt: desk.now() + 509_500,
        attempts: 0,
      },
      "the record",
    );
    same((await desk.reserve("ann-2", { other: "reject" })).outcome, "active", "it fills `active`");
    const again = { ...adopt, reservation: "ann-3" };
    has(await desk.step("adopt", again), { moved: false }, "its conversation is known");
    same(await desk.peek("ann-3"), undefined, "and not written down twice");
    await desk.start("ben-1");
    const other = { ...adopt, reservation: "ben-1", conversation: "yet another", consumer: "ben" };
    has(await desk.step("adopt", other), { moved: false, record: await desk.record("ben-1") }, "its reservation is");
    await desk.stop("ann-1");
    has((await desk.end("ann-1"))?.record, { seconds: 91 }, "counted from when it began");
    has(await desk.step("adopt", again), { moved: false }, "known, though ended");
  },
  "`adopt` with a reason writes down what must not run": async (desk) => {
    const adopt = { consumer: "ann", payload: "", maxSeconds: 600, elapsedMs: 5000, terms };
    const orphan = { ...adopt, ...record("ann-1"), conversation: conversationOf("ann-1") };
    const moved = await desk.step("adopt", { ...orphan, reason: "orphan" });
    has(moved, { moved: true }, "written down");
    has(
      moved?.record,
      { state: "stopping", reason: "orphan", attempts: 1, startedAt: desk.now() - 5000 },
      "the record",
    );
    same(await desk.dueNow(), [], "with the one who stops it");
    await desk.advance(terms.leaseMs);
    has((await desk.due()).records[0], { reservation: "ann-1", attempts: 2 }, "or not");
    same((await desk.reserved("ann-2")).replaces, [await desk.record("ann-1")], "to be confirmed first");
    has((await desk.end("ann-1", { seconds: 40 }))?.record, { reason: "orphan", seconds: 40 }, "ended");
  },
});
