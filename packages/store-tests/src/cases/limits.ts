import { check, equal, matches } from "../assert.js";
import { MINUTE, recovered, type TestedStore } from "../tested-store.js";
import type { StoreCase } from "../types.js";

/** Saves a new consumer that joins the set with these settings. */
function join(tested: TestedStore, id: string, member: { bound?: number; ignoring?: string[]; set?: string } = {}) {
  const until = tested.now + MINUTE;
  return tested.save({ consumer: `consumer ${id} ${Math.random()}`, members: [{ set: "set", id, until, ...member }] });
}

/** Saves a new consumer with a change of one counter. */
function add(tested: TestedStore, amount: number, bound?: number) {
  const counters = [{ key: "key", add: amount, bound, expiresAt: tested.now + MINUTE }];
  return tested.save({ consumer: `consumer ${Math.random()}`, counters });
}

export const limitCases: readonly StoreCase[] = [
  recovered("members: a bound of 2 accepts two members and refuses a third", async (tested) => {
    equal((await join(tested, "a", { bound: 2 })).result, "saved", "save must accept a member below the bound");
    equal((await join(tested, "b", { bound: 2 })).result, "saved", "save must accept a member below the bound");
    const refusal = { result: "limit-reached", limit: "set", value: 2 };
    matches(await join(tested, "c", { bound: 2 }), refusal, "save must refuse a new member at the bound");
    matches(await join(tested, "c", { bound: 0 }), refusal, "save must refuse a new member above the bound");
    equal((await join(tested, "c", { bound: 3 })).result, "saved", "save must apply the bound of the change");
    equal((await join(tested, "d", { bound: 1, set: "next" })).result, "saved", "save must count each set alone");
  }),
  recovered("members: a known id is not checked, and neither is a change without a bound", async (tested) => {
    await join(tested, "a");
    await join(tested, "b");
    equal((await join(tested, "a", { bound: 1 })).result, "saved", "save must not check a known member");
    equal((await join(tested, "c")).result, "saved", "save must not check a member without a bound");
    const refusal = { result: "limit-reached", value: 3 };
    matches(await join(tested, "d", { bound: 3 }), refusal, "save must count members that were added without a bound");
  }),
  recovered("members: ignored ids do not count against the bound", async (tested) => {
    await join(tested, "a");
    await join(tested, "b");
    const ignoring = ["a", "absent"];
    const refused = await join(tested, "c", { bound: 1, ignoring });
    equal(refused.result, "limit-reached", "absent ids must not lower the count");
    equal((await join(tested, "c", { bound: 2, ignoring })).result, "saved", "save must not count ignored members");
    const { result } = await join(tested, "d", { bound: 3 });
    equal(result, "limit-reached", "ignored members must stay in the set");
  }),
  recovered("members: a time that has passed removes a member", async (tested) => {
    await join(tested, "a");
    await tested.saved({ consumer: "ann", members: [{ set: "set", id: "a", until: tested.now - 1 }] });
    equal((await join(tested, "b", { bound: 1 })).result, "saved", "save must remove a member whose time has passed");
  }),
  recovered("counters: a bound refuses what would exceed it, with the present value", async (tested) => {
    equal((await add(tested, 3, 5)).result, "saved", "save must accept a counter below the bound");
    const refusal = { result: "limit-reached", limit: "key", value: 3 };
    matches(await add(tested, 3, 5), refusal, "save must refuse a counter that would exceed its bound");
    equal((await add(tested, 2, 5)).result, "saved", "save must accept a counter that reaches its bound");
    equal((await add(tested, 1)).result, "saved", "save must not check a counter without a bound");
    equal(await tested.counter("key"), 6, "save must add to the counter");
  }),
  recovered("counters: never fall below 0, and a negative change creates none", async (tested) => {
    const absent = await add(tested, -2);
    equal(absent.result, "saved", "save must accept a negative change of an absent counter");
    equal(await tested.counter("key"), 0, "a negative change of an absent counter must do nothing");
    await add(tested, 3);
    await add(tested, -1);
    equal(await tested.counter("key"), 2, "a negative change must lower the counter");
    await add(tested, -5);
    equal(await tested.counter("key"), 0, "a counter must not fall below 0");
    await add(tested, 1);
    equal(await tested.counter("key"), 1, "a counter must count from 0 again");
  }),
  recovered("limits: of 20 starts at once against a bound of 5 exactly 5 win", async (tested) => {
    const stores = [tested.store, (await tested.setup.other?.()) ?? tested.store];
    const until = tested.now + MINUTE;
    const start = async (index: number, limit: object) => {
      const change = tested.change({ consumer: `${Object.keys(limit)} ${index}`, start: true, ...limit });
      return tested.read(await (stores[index % 2] ?? tested.store).save(change, tested.context)).result === "saved";
    };
    const counters = [{ key: "key", add: 1, bound: 5, expiresAt: until }];
    for (const limit of [(id: string) => ({ members: [{ set: "set", id, until, bound: 5 }] }), () => ({ counters })]) {
      const results = await Promise.all(Array.from({ length: 20 }, (_, index) => start(index, limit(`${index}`))));
      equal(results.filter(Boolean).length, 5, "save must hold a bound when many consumers start at once");
    }
    equal(await tested.counter("key"), 5, "save must count each accepted start once");
    check((await join(tested, "late", { bound: 6 })).result === "saved", "a set must hold the accepted members alone");
  }),
];
