import { type Ledger, type LedgerRecord, memoryLedger } from "@equos-broker/core";
import { manualClock } from "@equos-broker/emulator";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const request = (reservation: string, consumer = "c", fingerprint = "f") => ({
  reservation,
  consumer,
  fingerprint,
  payload: "{}",
  fresh: false,
  same: "resume" as const,
  other: "replace" as const,
  sendWithinMs: 30_000,
  settleWithinMs: 60_000,
  maxWaiting: 4,
});

const running = (reservation: string, now: number) => ({
  reservation,
  conversation: `con-${reservation}`,
  token: `token-${reservation}`,
  payload: "{}",
  startedAt: now,
  endsAt: now + 600_000,
});

describe("each step", () => {
  it("run twice changes nothing the second time", async () => {
    const clock = manualClock();
    const ledger = memoryLedger({ clock });
    await ledger.reserve(request("r"));
    const steps: [string, () => Promise<{ moved: boolean } | undefined>][] = [
      ["commit", () => ledger.commit(running("r", clock.now()))],
      ["leave", () => ledger.leave("r", 1, 3000)],
      ["stop", () => ledger.stop("r", "owner")],
      ["end", () => ledger.end("r", "owner")],
    ];
    for (const [name, step] of steps) {
      expect([name, (await step())?.moved]).toEqual([name, true]);
      const before = await ledger.byConversation("con-r");
      expect([name, (await step())?.moved]).toEqual([name, false]);
      expect(await ledger.byConversation("con-r")).toEqual(before);
    }
  });

  it("of a reservation that it does not know is nothing", async () => {
    const ledger = memoryLedger();
    for (const step of [
      () => ledger.commit(running("x", 0)),
      () => ledger.doubt("x", 1),
      () => ledger.found("x", "con", "late-answer", 1),
      () => ledger.stop("x", "owner"),
      () => ledger.end("x", "owner"),
      () => ledger.leave("x", 1, 1),
      () => ledger.abandon("x", 1),
      () => ledger.unwait("x", "y"),
      () => ledger.touch("x"),
    ]) {
      expect(await step()).toBeUndefined();
    }
  });

  it("after the doubt no longer commits", async () => {
    const ledger = memoryLedger();
    await ledger.reserve(request("r"));
    await ledger.doubt("r", 60_000);
    expect((await ledger.commit(running("r", Date.now())))?.moved).toBe(false);
    expect((await ledger.found("r", "con-r", "late-answer", 0))?.record.state).toBe("stopping");
  });
});

describe("abandoning", () => {
  const started = async () => {
    const clock = manualClock();
    const ledger = memoryLedger({ clock });
    await ledger.reserve(request("r"));
    return { clock, ledger, commit: () => ledger.commit(running("r", clock.now())) };
  };

  it("stops what reached nobody", async () => {
    const { ledger, commit } = await started();
    await commit();
    expect(await ledger.abandon("r", 1)).toMatchObject({
      moved: true,
      record: { state: "stopping", reason: "client-gone" },
    });
  });

  it("leaves what somebody waits for, until the last one leaves too", async () => {
    const { ledger, commit } = await started();
    await ledger.reserve(request("second"));
    await ledger.reserve(request("third"));
    await commit();
    expect((await ledger.abandon("r", 1))?.moved).toBe(false);
    expect((await ledger.unwait("r", "second"))?.moved).toBe(false);
    expect((await ledger.unwait("r", "second"))?.moved).toBe(false);
    expect((await ledger.unwait("r", "third"))?.moved).toBe(true);
  });

  it("leaves what was delivered since, and stops when that reached nobody either", async () => {
    const { ledger, commit } = await started();
    await commit();
    await ledger.reserve(request("second"));
    expect((await ledger.abandon("r", 1))?.moved).toBe(false);
    expect((await ledger.abandon("r", 1))?.moved).toBe(false);
    expect((await ledger.abandon("r", 2))?.moved).toBe(true);
  });

  it("of a resume never stops what was delivered before", async () => {
    const { ledger, commit } = await started();
    await commit();
    await ledger.reserve(request("second"));
    expect((await ledger.abandon("r", 2))?.moved).toBe(false);
    expect((await ledger.abandon("r", 7))?.moved).toBe(false);
  });

  it("never stops what somebody keeps alive", async () => {
    const { ledger, commit } = await started();
    await commit();
    await ledger.touch("r");
    expect((await ledger.abandon("r", 1))?.moved).toBe(false);
  });
});

describe("a leave", () => {
  const left = async () => {
    const clock = manualClock();
    const ledger = memoryLedger({ clock });
    await ledger.reserve(request("r"));
    await ledger.commit(running("r", clock.now()));
    await ledger.leave("r", 1, 3_000);
    await ledger.reserve(request("second"));
    return { clock, ledger };
  };

  it("that a reload put off holds again when the reload reached nobody", async () => {
    const { clock, ledger } = await left();
    await clock.advance(1_000);
    await ledger.abandon("r", 2);
    await clock.advance(1_900);
    expect((await ledger.due(10)).records).toEqual([]);
    await clock.advance(200);
    expect((await ledger.due(10)).records).toMatchObject([{ state: "stopping", reason: "left" }]);
  });

  it("does not when a later one did, or somebody is heard of", async () => {
    const { clock, ledger } = await left();
    await ledger.reserve(request("third"));
    await ledger.abandon("r", 2);
    const again = await left();
    await again.ledger.touch("r");
    await again.ledger.abandon("r", 2);
    for (const { clock: time, ledger: books } of [{ clock, ledger }, again]) {
      await time.advance(60_000);
      expect((await books.due(10)).records).toEqual([]);
    }
  });
});

describe("delivery numbers", () => {
  it("are not given twice, even after what they were for is forgotten", async () => {
    const clock = manualClock();
    const ledger = memoryLedger({ clock });
    await ledger.reserve(request("r"));
    await ledger.commit(running("r", clock.now()));
    await ledger.reserve(request("second"));
    await ledger.reserve(request("third"));
    await ledger.stop("r", "owner");
    await ledger.end("r", "owner");
    await clock.advance(11 * 60_000);
    await ledger.due(10);
    expect(await ledger.byConversation("con-r")).toBeUndefined();
    await ledger.reserve(request("new"));
    expect((await ledger.commit(running("new", clock.now())))?.record.deliveries).toBe(4);
    // Neither an old number nor one that was never given says anything.
    for (const number of [3, 5]) {
      expect((await ledger.stop("new", "owner", number))?.moved).toBe(false);
      expect((await ledger.leave("new", number, 0))?.moved).toBe(false);
    }
    expect((await ledger.stop("new", "owner", 4))?.moved).toBe(true);
  });
});

describe("time", () => {
  it("brings a reservation that nobody settled to its end, to the millisecond", async () => {
    const clock = manualClock();
    const ledger = memoryLedger({ clock });
    await ledger.reserve(request("r"));
    await clock.advance(90_000);
    expect((await ledger.due(10)).records).toMatchObject([{ state: "unknown" }, { state: "ended" }]);
    expect(await ledger.due(10)).toEqual({ records: [], pending: false });
    expect((await ledger.reserve(request("next"))).outcome).toBe("reserved");
  });

  it("has nothing left to bring once the last record is forgotten, whatever was scheduled", async () => {
    const clock = manualClock();
    const ledger = memoryLedger({ clock });
    await ledger.reserve(request("r"));
    await ledger.commit({ ...running("r", clock.now()), endsAt: clock.now() + 86_400_000 });
    await ledger.stop("r", "owner");
    await ledger.end("r", "owner");
    expect((await ledger.due(10)).pending).toBe(true);
    await clock.advance(11 * 60_000);
    expect((await ledger.due(10)).pending).toBe(false);
  });
});

/** What a caller can do, with small numbers so that collisions are common. */
type Command =
  | { do: "reserve"; consumer: number; fingerprint: number; fresh: boolean }
  | { do: "commit" | "stop" | "end" | "abandon" | "unwait" | "touch" | "found"; at: number }
  | { do: "doubt" | "leave"; at: number; ms: number }
  | { do: "wait"; ms: number };

const at = fc.nat(12);
const ms = fc.constantFrom(0, 1_000, 3_000, 60_000, 700_000);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant("reserve" as const), consumer: fc.nat(2), fingerprint: fc.nat(1), fresh: fc.boolean() }),
  fc.record({ do: fc.constantFrom("commit", "stop", "end", "abandon", "unwait", "touch", "found"), at }),
  fc.record({ do: fc.constantFrom("doubt", "leave"), at, ms }),
  fc.record({ do: fc.constant("wait" as const), ms }),
);

const next: Record<LedgerRecord["state"], readonly LedgerRecord["state"][]> = {
  reserved: ["reserved", "running", "unknown", "stopping", "ended"],
  unknown: ["unknown", "stopping", "ended"],
  running: ["running", "stopping", "ended"],
  stopping: ["stopping", "ended"],
  ended: ["ended"],
};

async function run(ledger: Ledger, clock: ReturnType<typeof manualClock>, one: Command, index: number) {
  const reservation = "at" in one ? `r${one.at}` : `r${index}`;
  switch (one.do) {
    case "reserve":
      return await ledger.reserve({
        ...request(reservation, `c${one.consumer}`, `f${one.fingerprint}`),
        fresh: one.fresh,
      });
    case "commit":
      return await ledger.commit(running(reservation, clock.now()));
    case "found":
      return await ledger.found(reservation, `con-${reservation}`, "late-answer", clock.now());
    case "stop":
      return await ledger.stop(reservation, "owner");
    case "end":
      return await ledger.end(reservation, "owner");
    case "abandon":
      return await ledger.abandon(reservation, 1);
    case "unwait":
      return await ledger.unwait(reservation, `r${index - 1}`);
    case "touch":
      return await ledger.touch(reservation);
    case "doubt":
      return await ledger.doubt(reservation, one.ms);
    case "leave":
      return await ledger.leave(reservation, undefined, one.ms);
    case "wait":
      await clock.advance(one.ms);
      return await ledger.due(100);
  }
}

it("in any order goes only forward, and gives one consumer one conversation", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const clock = manualClock(0);
      const ledger = memoryLedger({ clock });
      const known = new Map<string, LedgerRecord>();
      for (const [index, one] of commands.entries()) {
        const outcome = await run(ledger, clock, one, index);
        const live = await ledger.live();
        for (const record of live) {
          const before = known.get(record.reservation);
          expect(next[before?.state ?? "reserved"]).toContain(record.state);
          expect(record.deliveries).toBeGreaterThanOrEqual(before?.deliveries ?? 0);
          expect(record.conversation !== undefined).toBe(record.state === "running" || record.state === "stopping");
          known.set(record.reservation, record);
        }
        // Whoever left the live ones has ended, and stays so.
        for (const [reservation, record] of known) {
          if (!live.some((each) => each.reservation === reservation))
            known.set(reservation, { ...record, state: "ended" });
        }
        for (const consumer of ["c0", "c1", "c2"]) {
          const own = (await ledger.liveOf(consumer)).filter(({ state }) => state !== "stopping");
          expect(own.length).toBeLessThanOrEqual(1);
        }
        if (outcome && "outcome" in outcome && outcome.outcome === "resumed") {
          expect(outcome.record.state).toBe("running");
        }
      }
      // Time alone brings everything that is not in somebody's hands to its end.
      for (const record of await ledger.live()) {
        if (record.state === "reserved" || record.state === "stopping") await ledger.end(record.reservation, "owner");
      }
      await clock.advance(1_000_000);
      await ledger.due(1000);
      for (const record of await ledger.live()) await ledger.end(record.reservation, "owner");
      await clock.advance(1_000_000);
      await ledger.due(1000);
      expect(await ledger.due(1000)).toEqual({ records: [], pending: false });
      expect(await ledger.live()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
