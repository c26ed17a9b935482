import type { Answer, ConversationStore } from "@equos-broker/core";
import { check, equal, matches } from "../assert.js";
import { MINUTE, onlyWith, proposal, recovered, TestedStore } from "../tested-store.js";
import type { StoreCase } from "../types.js";

type Call = (store: ConversationStore, context: { storeId: string; seen: number }, tested: TestedStore) => unknown;

/** Calls each operation but `open`, with effects that a later look would find. */
export const operations: readonly (readonly [name: string, call: Call])[] = [
  ["load", (store, context) => store.load({ by: { consumer: "ann" } }, context)],
  ["save", (store, context, tested) => store.save(tested.change({ consumer: "eve", dueAt: 1 }), context)],
  ["claimDue", (store, context) => store.claimDue({ limit: 9, leaseMs: MINUTE }, context)],
  ["list", (store, context) => store.list(undefined, context)],
  ["acquireLease", (store, context) => store.acquireLease("sweep", "eve", MINUTE, context)],
  ["updateMeta", (store, context) => store.updateMeta({ joinSeen: true }, context)],
];

async function checkReplaced(tested: TestedStore, storeId: string, seen: number): Promise<void> {
  for (const [name, call] of operations) {
    // Each operation returns an answer of its own type; all of them share these fields.
    const answer = (await call(tested.store, { storeId, seen }, tested)) as Answer<object>;
    check(answer.replaced === true, `${name} must answer replaced if the store has another id`);
    check(typeof answer.now === "number", `${name} must return now together with replaced`);
  }
}

const untouched = (name: string, run: StoreCase["run"]): StoreCase => ({ name, needs: [], run });

export const identityCases: readonly StoreCase[] = [
  untouched("open: creates the identity from the proposal", async ({ store }) => {
    const { id, key, format, now } = await store.open(proposal);
    const expected = { id: `${now.toString(36)}-${proposal.nonce}`, key: proposal.key, format: proposal.format };
    equal({ id, key, format }, expected, "open must create the identity from the proposal and the time");
  }),
  untouched("open: returns the same identity later, whatever is proposed", async ({ store }) => {
    const first = await store.open(proposal);
    for (const format of [1, 9]) {
      const { id, key, format: kept } = await store.open({ nonce: "Another1", key: "another", format });
      equal([id, key, kept], [first.id, first.key, first.format], "open must return the identity that the store has");
    }
  }),
  untouched("open: two calls at once agree", async (setup) => {
    const other = (await setup.other?.()) ?? setup.store;
    const open = async (store: ConversationStore, nonce: string) => store.open({ nonce, key: nonce, format: 1 });
    const [first, second] = await Promise.all([open(setup.store, "Nonce001"), open(other, "Nonce002")]);
    equal([second.id, second.key], [first.id, first.key], "open must return one identity to two callers at once");
  }),
  untouched("open: new data is in recovery if the store is shared, and only then", async (setup) => {
    const tested = await TestedStore.open(setup);
    const { shared } = setup.store;
    check(((await tested.lossId()) !== undefined) === shared, "open must start recovery for a shared store only");
    const { result } = await tested.save({ consumer: "ann", start: true });
    equal(result, shared ? "recovering" : "saved", "save must refuse a start during recovery, and only then");
    await tested.expectSave({ consumer: "bob" }, "saved", "save must accept other changes in recovery");
  }),
  recovered("identity: an operation with another store id answers replaced, and nothing happens", async (tested) => {
    await tested.saved({ consumer: "ann", dueAt: 1 });
    await checkReplaced(tested, "another-id", tested.seen + 10);
    check((await tested.load({ consumer: "eve" })).state === undefined, "a replaced save must write nothing");
    equal(await tested.due(), ["ann"], "a replaced claimDue must not move due times");
    check(await tested.lease("sweep", "ann", MINUTE), "a replaced acquireLease must not take the lease");
    const { joinSeen, lossId } = await tested.load({ consumer: "ann" });
    equal({ joinSeen, lossId }, { joinSeen: false }, "a replaced operation must not change joinSeen or note a loss");
  }),
  onlyWith(["replaceData"], "identity: new data has a new id and answers replaced to the former", async (tested) => {
    await tested.saved({ consumer: "ann", aliases: { set: ["alias"] }, dueAt: 1 });
    await tested.setup.replaceData?.();
    await checkReplaced(tested, tested.storeId, tested.seen);
    await tested.store.open({ ...proposal, nonce: "Another1" });
    const next = await TestedStore.open(tested.setup);
    check(next.storeId !== tested.storeId, "open must give new data a new id");
    await checkReplaced(next, tested.storeId, tested.seen);
    equal((await next.lossId()) !== undefined, next.store.shared, "new shared data must be in recovery");
    check((await next.load({ alias: "alias" })).state === undefined, "new data must be empty");
  }),
  onlyWith(["other"], "other clients: see what one client writes", async (tested) => {
    const other = await TestedStore.open(tested.setup, await tested.setup.other?.());
    equal(other.storeId, tested.storeId, "open must return one identity to all clients of the data");
    const version = await tested.saved({ consumer: "ann", aliases: { set: ["alias"] }, dueAt: 1 });
    const seen = await other.load({ alias: "alias" });
    matches(seen, { consumer: "ann", version }, "a client must see another one's save");
    equal(await other.due(), ["ann"], "a client must claim what another one saved");
    equal(await tested.due(), [], "a client must not claim what another one has claimed");
    await other.saved({ consumer: "ann", version, state: "other" });
    await tested.expectSave({ consumer: "ann", version }, "version-conflict", "versions count for all clients");
  }),
  recovered("updateMeta: joinSeen is false at first, and true in each answer after it was set", async (tested) => {
    equal((await tested.load({ consumer: "a" })).joinSeen, false, "joinSeen must be false at first");
    check(await tested.meta({ joinSeen: true }), "updateMeta must update joinSeen");
    for (const [name, call] of operations) {
      const answer = tested.read((await call(tested.store, tested.context, tested)) as Answer<object>);
      check(answer.joinSeen, `${name} must return joinSeen after it was set`);
    }
  }),
  recovered("updateMeta: replaces the key only if the store has the expected one", async (tested) => {
    const key = async () => (await tested.store.open(proposal)).key;
    check(!(await tested.meta({ key: { from: "wrong", to: "next" } })), "updateMeta must refuse a wrong former key");
    check(await tested.meta({ key: { from: proposal.key, to: "next" } }), "updateMeta must replace the key");
    equal(await key(), "next", "open must return the new key");
  }),
  recovered("updateMeta: recovers no loss but the present one", async (tested) => {
    check(!(await tested.meta({ recovered: "no loss" })), "updateMeta must not recover an unknown loss");
  }),
  recovered("updateMeta: raises the format, and never lowers it", async (tested) => {
    const format = async () => (await tested.store.open(proposal)).format;
    check(!(await tested.meta({ format: proposal.format - 1 })), "updateMeta must not lower the format");
    equal(await format(), proposal.format, "updateMeta must keep the format after a refusal");
    check(await tested.meta({ format: proposal.format }), "updateMeta must accept the format that the store has");
    check(await tested.meta({ format: 12 }), "updateMeta must raise the format");
    equal(await format(), 12, "open must return the raised format");
  }),
  recovered("acquireLease: grants, refuses another owner, renews, and releases", async (tested) => {
    check(await tested.lease("sweep", "ann", MINUTE), "acquireLease must grant a free lease");
    check(!(await tested.lease("sweep", "bob", MINUTE)), "acquireLease must refuse a lease that another owner holds");
    check(await tested.lease("sweep", "ann", MINUTE), "acquireLease must renew a lease for its owner");
    check(await tested.lease("other", "bob", MINUTE), "acquireLease must keep leases of two names apart");
    await tested.lease("sweep", "bob", 0);
    check(!(await tested.lease("sweep", "bob", MINUTE)), "acquireLease must not release another owner's lease");
    await tested.lease("sweep", "ann", 0);
    check(await tested.lease("sweep", "bob", MINUTE), "acquireLease must release a lease for 0 ms");
  }),
];
