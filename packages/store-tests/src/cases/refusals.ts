import { equal } from "../assert.js";
import { type Change, MINUTE, recovered, TestedStore } from "../tested-store.js";
import type { StoreCase } from "../types.js";

/** Fills a set and a counter, and lets other consumers hold an alias. Returns Ann's version. */
async function prepare(tested: TestedStore): Promise<number> {
  const until = tested.now + MINUTE;
  const aliases = { set: ["taken"] };
  const counters = [{ key: "full counter", add: 5, expiresAt: until }];
  await tested.saved({ consumer: "bob", aliases, members: [{ set: "full set", id: "b", until }], counters });
  const change = { aliases: { set: ["kept"] }, sealed: { set: { kept: "kept" } } };
  return tested.saved({ consumer: "ann", state: "before", ...change });
}

/** A change that would write to each part of the store. */
function wholeChange(tested: TestedStore, version: number): Change {
  const until = tested.now + MINUTE;
  return {
    ...{ consumer: "ann", version, state: "after", dueAt: 1 },
    aliases: { set: ["new"], delete: ["kept"] },
    sealed: { set: { new: "new" }, delete: ["kept"] },
    members: [{ set: "open set", id: "a", until, bound: 1 }],
    counters: [{ key: "open counter", add: 1, expiresAt: until }],
  };
}

async function checkUnchanged(tested: TestedStore, version: number): Promise<void> {
  const counters = ["open counter", "full counter"];
  const values = { "open counter": 0, "full counter": 5 };
  const expected = { version, state: "before", sealed: { kept: "kept" }, counters: values };
  equal(await tested.all("ann", counters), expected, "a refused save must not change state or counters");
  const owners = [await tested.owner("kept"), await tested.owner("new"), await tested.owner("taken")];
  equal(owners, ["ann", undefined, "bob"], "a refused save must not change aliases");
  equal(await tested.due(), [], "a refused save must not set a due time");
  const members = [{ set: "open set", id: "c", until: tested.now + MINUTE, bound: 1 }];
  await tested.expectSave({ consumer: "cy", members }, "saved", "a refused save must not add members");
}

/** What is refused: its name, the expected answer, and what differs from a change that would be saved. */
const refusals: readonly (readonly [string, object, (change: Change, now: number) => Partial<Change>])[] = [
  ["late", { result: "late" }, (_, now) => ({ notAfter: now - 1 })],
  ["a version conflict", { result: "version-conflict" }, ({ version = 0 }) => ({ version: version + 1 })],
  ["a taken alias", { result: "alias-taken", alias: "taken" }, () => ({ aliases: { set: ["new", "taken"] } })],
  [
    "a full set",
    { result: "limit-reached", limit: "full set", value: 1 },
    ({ members = [] }, now) => ({ members: [...members, { set: "full set", id: "a", until: now + MINUTE, bound: 1 }] }),
  ],
  [
    "a full counter",
    { result: "limit-reached", limit: "full counter", value: 5 },
    ({ counters = [] }, expiresAt) => ({
      counters: [...counters, { key: "full counter", add: 1, bound: 5, expiresAt }],
    }),
  ],
];

export const refusalCases: readonly StoreCase[] = [
  ...refusals.map(([name, expected, differ]) =>
    recovered(`refusals: ${name} leaves everything unchanged`, async (tested) => {
      const version = await prepare(tested);
      const change = wholeChange(tested, version);
      await tested.expectSave({ ...change, ...differ(change, tested.now) }, expected, `save must refuse ${name}`);
      await checkUnchanged(tested, version);
    }),
  ),
  {
    name: "refusals: recovery, between late and a version conflict, leaves everything unchanged",
    needs: ["shared"],
    async run(setup) {
      const tested = await TestedStore.open(setup);
      const version = await prepare(tested);
      const start = { ...wholeChange(tested, version), start: true };
      await tested.expectSave(start, "recovering", "save must refuse a start during recovery");
      const conflict = { ...start, version: version + 1 };
      await tested.expectSave(conflict, "recovering", "save must check recovery before the version");
      const late = { ...conflict, notAfter: tested.now - 1 };
      await tested.expectSave(late, "late", "save must check late before recovery");
      await checkUnchanged(tested, version);
    },
  },
  recovered("refusals: come in the documented order", async (tested) => {
    const version = await prepare(tested);
    const members = [{ set: "full set", id: "a", until: tested.now + MINUTE, bound: 1 }];
    const change = { consumer: "ann", aliases: { set: ["taken"] }, members };
    const results = [
      await tested.save({ ...change, version: version + 1, notAfter: tested.now - 1 }),
      await tested.save({ ...change, version: version + 1 }),
      await tested.save({ ...change, version }),
      await tested.save({ ...change, version, aliases: {} }),
    ].map(({ result }) => result);
    const order = ["late", "version-conflict", "alias-taken", "limit-reached"];
    equal(results, order, "save must check late, version-conflict, alias-taken, and limit-reached in this order");
  }),
  recovered("refusals: a change is late only if the store's clock is past notAfter", async (tested) => {
    for (const [index, ahead] of [-1, 0, 1, MINUTE].entries()) {
      const notAfter = tested.now + ahead;
      const { result, now } = await tested.save({ consumer: `consumer ${index}`, notAfter });
      equal(result, now > notAfter ? "late" : "saved", "save must be late if now is past notAfter, and only then");
    }
  }),
  recovered("refusals: the same change sent twice is stored once", async (tested) => {
    const before = await tested.saved({ consumer: "ann" });
    const expiresAt = tested.now + MINUTE;
    const change = { consumer: "ann", version: before, state: "once", counters: [{ key: "key", add: 1, expiresAt }] };
    const version = await tested.saved(change);
    await tested.expectSave(change, "version-conflict", "save must refuse a repeated change");
    const expected = { version, state: "once", sealed: {}, counters: { key: 1 } };
    equal(await tested.all("ann", ["key"]), expected, "a repeated change must change nothing");
  }),
];
