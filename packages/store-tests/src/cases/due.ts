import { check, equal, matches } from "../assert.js";
import { MINUTE, recovered } from "../tested-store.js";
import type { StoreCase } from "../types.js";

export const dueCases: readonly StoreCase[] = [
  recovered("claimDue: returns the longest overdue first, up to the limit", async (tested) => {
    const due = { ann: 30, bob: 10, cy: 20, dan: 40 };
    const versions = new Map<string, number>();
    for (const [consumer, dueAt] of Object.entries(due)) {
      versions.set(consumer, await tested.saved({ consumer, dueAt, state: `state of ${consumer}` }));
    }
    const expected = (consumers: string[]) =>
      consumers.map((consumer) => ({ consumer, version: versions.get(consumer), state: `state of ${consumer}` }));
    const first = await tested.claim(3);
    equal(first.claimed, expected(["bob", "cy", "ann"]), "claimDue must return the longest overdue first");
    equal(first.nextDueAt, 40, "claimDue must return the earliest due time that is left");
    equal((await tested.claim(3)).claimed, expected(["dan"]), "claimDue must return what the limit has left");
  }),
  recovered("claimDue: leaves what is not due, and returns the next due time", async (tested) => {
    equal((await tested.claim()).nextDueAt, undefined, "claimDue must return no due time if there is none");
    await tested.saved({ consumer: "never" });
    const dueAt = tested.now + MINUTE;
    await tested.saved({ consumer: "later", dueAt });
    const { claimed, nextDueAt } = await tested.claim();
    equal(claimed, [], "claimDue must not return what is not due");
    equal(nextDueAt, dueAt, "claimDue must return the earliest due time");
  }),
  recovered("claimDue: moves the due time by the lease, and keeps the version", async (tested) => {
    const version = await tested.saved({ consumer: "ann", dueAt: 1 });
    const first = await tested.claim(1, 2 * MINUTE);
    equal(first.nextDueAt, first.now + 2 * MINUTE, "claimDue must move the due time to now + leaseMs");
    equal(await tested.due(), [], "claimDue must not return a consumer during its lease");
    matches(await tested.all("ann"), { version, state: "state" }, "claimDue must not change version or state");
    const dueAt = tested.now + MINUTE;
    const next = await tested.saved({ consumer: "ann", version, dueAt });
    equal((await tested.claim()).nextDueAt, dueAt, "a save during a lease must set its own due time");
    const last = await tested.saved({ consumer: "ann", version: next, dueAt: 1 });
    equal(await tested.due(), ["ann"], "a save during a lease must set its own due time");
    await tested.saved({ consumer: "ann", version: last });
    const { claimed, nextDueAt } = await tested.claim();
    equal({ claimed, nextDueAt }, { claimed: [] }, "a save without a due time must remove the former one");
  }),
  recovered("claimDue: calls at once never return one consumer twice", async (tested) => {
    const consumers = Array.from({ length: 20 }, (_, index) => `consumer ${index}`);
    await Promise.all(consumers.map((consumer, index) => tested.saved({ consumer, dueAt: index + 1 })));
    const claims = await Promise.all(Array.from({ length: 6 }, () => tested.due(5)));
    const claimed = [...claims.flat(), ...(await tested.due())];
    equal(claimed.sort(), [...consumers].sort(), "claimDue must return each due consumer to one caller");
  }),
  recovered("list: returns each consumer with a due time, and no other", async (tested) => {
    equal(await tested.list(), [], "list must be empty at first");
    const consumers = Array.from({ length: 250 }, (_, index) => `consumer ${index}`);
    const dueAt = tested.now + MINUTE;
    const save = (consumer: string) => tested.saved({ consumer, dueAt, state: `state of ${consumer}` });
    const versions = await Promise.all(consumers.map(save));
    await tested.saved({ consumer: "never" });
    const listed = new Map((await tested.list()).map((state) => [state.consumer, state]));
    equal([...listed.keys()].sort(), [...consumers].sort(), "list must return all consumers that have a due time");
    for (const [index, consumer] of consumers.entries()) {
      const expected = { consumer, version: versions[index], state: `state of ${consumer}` };
      equal(listed.get(consumer), expected, "list must return version and state");
    }
  }),
  recovered("list: returns each consumer that stays while others come and go", async (tested) => {
    const dueAt = tested.now + MINUTE;
    const save = (name: string, length: number) =>
      Promise.all(Array.from({ length }, (_, index) => tested.saved({ consumer: `${name} ${index}`, dueAt })));
    await save("staying", 250);
    const versions = await save("going", 50);
    const listed = await tested.list(async () => {
      const remove = (version: number, index: number) =>
        tested.saved({ consumer: `going ${index}`, version, state: undefined });
      await Promise.all(versions.map(remove));
      await save("coming", 50);
    });
    const names = new Set(listed.map(({ consumer }) => consumer));
    for (let index = 0; index < 250; index += 1) {
      check(names.has(`staying ${index}`), "list must return a consumer that has a due time throughout");
    }
    for (const { consumer, state } of listed) equal(state, "state", `list must return the state of ${consumer}`);
  }),
];
