import type { Answer } from "@equos-broker/core";
import { check, equal, matches } from "../assert.js";
import { MINUTE, onlyWith, recovered, type TestedStore } from "../tested-store.js";
import type { StoreCase } from "../types.js";
import { operations } from "./identity.js";

/** Checks that the store is in recovery, and ends it. */
async function checkRecovery(tested: TestedStore): Promise<void> {
  const lossId = await tested.lossId();
  check(lossId !== undefined, "a loss must have an id until it is recovered");
  const start = { consumer: "starting", start: true };
  await tested.expectSave(start, "recovering", "save must refuse a start during recovery");
  await tested.expectSave({ consumer: "stopping" }, "saved", "save must accept other changes in recovery");
  equal(await tested.lossId(), lossId, "a loss must keep its id until it is recovered");
  check(!(await tested.meta({ recovered: "another loss" })), "updateMeta must not end the recovery of another loss");
  await tested.expectSave(start, "recovering", "recovery must last until its own loss is recovered");
  await tested.recover();
  await tested.expectSave(start, "saved", "save must accept a start after recovery");
}

export const lossCases: readonly StoreCase[] = [
  recovered("sequence: rises with each write, or is always 0", async (tested) => {
    const sequences = [tested.seen];
    for (const consumer of ["ann", "bob", "cy"]) {
      await tested.saved({ consumer, dueAt: 1 });
      sequences.push((await tested.load({ consumer })).sequence);
    }
    await tested.claim();
    sequences.push((await tested.load({ consumer: "ann" })).sequence);
    const isRising = sequences.every((sequence, index) => index === 0 || sequence > (sequences[index - 1] ?? 0));
    check(isRising || sequences.every((sequence) => sequence === 0), "sequence must rise with each write, or stay 0");
  }),
  ...operations.map(([name, call]) =>
    onlyWith(["sequence"], `losses: ${name} notices that its caller has seen a higher sequence`, async (tested) => {
      await tested.saved({ consumer: "ann", dueAt: 1 });
      const context = { ...tested.context, seen: tested.seen + 5 };
      // Each operation returns an answer of its own type; all of them share these fields.
      const answer = tested.read((await call(tested.store, context, tested)) as Answer<object>);
      check(answer.lossId !== undefined, `${name} must note a loss if its caller has seen a higher sequence`);
      check(answer.sequence >= context.seen, "sequence must not stay below what a caller has seen");
      await checkRecovery(tested);
    }),
  ),
  onlyWith(["sequence"], "losses: the start that proves a loss is refused; a newer loss counts", async (tested) => {
    const answer = await tested.save({ consumer: "ann", start: true });
    equal(answer.result, "saved", "save must accept a start without a loss");
    tested.seen += 5;
    const start = { consumer: "bob", start: true };
    await tested.expectSave(start, "recovering", "save must refuse the start that proves a loss");
    const first = (await tested.lossId()) ?? "";
    tested.seen += 5;
    check(!(await tested.meta({ recovered: first })), "updateMeta must not recover a loss if it notices a newer one");
    check((await tested.lossId()) !== first, "each loss must have an id of its own");
    check(!(await tested.meta({ recovered: first })), "updateMeta must not recover a loss after a newer one");
    await checkRecovery(tested);
  }),
  onlyWith(
    ["loseLatestWrites", "sequence"],
    "losses: lost writes are noticed, and older ones are kept",
    async (tested) => {
      const version = await tested.saved({ consumer: "ann", aliases: { set: ["kept"] } });
      await tested.setup.loseLatestWrites?.(async () => {
        await tested.saved({ consumer: "ann", version, state: "lost" });
        await tested.saved({ consumer: "bob", aliases: { set: ["lost"] } });
      });
      matches(await tested.load({ alias: "kept" }), { version, state: "state" }, "older writes must be kept");
      check((await tested.load({ alias: "lost" })).state === undefined, "loseLatestWrites must lose what it wrote");
      await checkRecovery(tested);
    },
  ),
  onlyWith(["loseState"], "losses: a due entry without its state is noticed", async (tested) => {
    await tested.saved({ consumer: "ann", dueAt: 1 });
    await tested.saved({ consumer: "bob", dueAt: 2 });
    await tested.setup.loseState?.("ann");
    const { claimed, lossId } = await tested.claim();
    equal(claimed[0]?.consumer, "bob", "claimDue must return the states that are left");
    check(lossId !== undefined, "claimDue must note a loss if a due entry has no state");
    await checkRecovery(tested);
    equal((await tested.claim()).lossId, undefined, "claimDue must note a loss once");
  }),
  onlyWith(["full"], "full store: only starts are refused, and never half-way", async (tested) => {
    const member = { set: "set", id: "a", until: tested.now + MINUTE };
    const version = await tested.saved({ consumer: "ann", dueAt: 1, members: [member], aliases: { set: ["alias"] } });
    await tested.setup.full?.();
    const start = { consumer: "bob", start: true, state: "x".repeat(10_000), aliases: { set: ["new"] } };
    const refusal = await tested.save({ ...start, dueAt: 1 }).catch(() => undefined);
    check(refusal?.result !== "saved", "full() must make the store refuse a start");
    check((await tested.load({ consumer: "bob" })).state === undefined, "a start that is refused must write nothing");
    equal(await tested.owner("new"), undefined, "a start that is refused must set no alias");
    equal(await tested.due(), ["ann"], "claimDue must work in a full store");
    check(await tested.lease("sweep", "ann", MINUTE), "acquireLease must work in a full store");
    check(await tested.meta({ joinSeen: true }), "updateMeta must work in a full store");
    const next = await tested.saved({ consumer: "ann", version, state: "ended", members: [{ ...member, until: 1 }] });
    await tested.saved({ consumer: "ann", version: next, state: undefined, aliases: { delete: ["alias"] } });
  }),
];
