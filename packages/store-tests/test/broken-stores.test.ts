import type { CallContext, ConversationStore, StateChange } from "@equos-broker/core";
import { expect, it } from "vitest";
import { storeCases } from "../src/index.js";
import { plainSetup } from "./support/plain-store.js";

type Fault = (store: ConversationStore) => Partial<ConversationStore>;

/** Returns a fault that changes each save before it happens. */
const onSave =
  (edit: (change: StateChange) => Partial<StateChange>): Fault =>
  (store) => ({ save: (change, context) => store.save({ ...change, ...edit(change) }, context) });

/** Returns a fault that changes what each operation learns of its caller. */
const onContext =
  (edit: (store: ConversationStore) => Partial<CallContext>): Fault =>
  (store) => ({
    load: (query, context) => store.load(query, { ...context, ...edit(store) }),
    save: (change, context) => store.save(change, { ...context, ...edit(store) }),
  });

const proposal = { nonce: "Nonce123", key: "key", format: 1 };

/** Stores with one fault each, and a test of the suite that has to notice it. */
const faults: readonly (readonly [what: string, fault: Fault, test: string])[] = [
  [
    "ignores versions",
    (store) => ({
      save: async (change, context) => {
        const present = await store.load({ by: { consumer: change.consumer } }, context);
        return store.save(present.replaced ? change : { ...change, version: present.version }, context);
      },
    }),
    "save: refuses every version but the present one",
  ],
  ["loses aliases", onSave(() => ({ aliases: {} })), "aliases: lead to their owner until the owner deletes them"],
  [
    "does not check the owner of an alias",
    (store) => ({
      save: async (change, context) => {
        const answer = await store.save(change, context);
        const isTaken = !answer.replaced && answer.result === "alias-taken";
        return isTaken ? store.save({ ...change, aliases: {} }, context) : answer;
      },
    }),
    "aliases: one that another consumer holds can be neither set nor deleted",
  ],
  [
    "does not check bounds of members",
    onSave(({ members = [] }) => ({ members: members.map((member) => ({ ...member, bound: undefined })) })),
    "members: a bound of 2 accepts two members and refuses a third",
  ],
  [
    "accepts one member too many",
    onSave(({ members = [] }) => ({
      members: members.map((member) => ({
        ...member,
        bound: member.bound === undefined ? undefined : member.bound + 1,
      })),
    })),
    "limits: of 20 starts at once against a bound of 5 exactly 5 win",
  ],
  [
    "counts ignored members",
    onSave(({ members = [] }) => ({ members: members.map((member) => ({ ...member, ignoring: [] })) })),
    "members: ignored ids do not count against the bound",
  ],
  [
    "does not check bounds of counters",
    onSave(({ counters = [] }) => ({ counters: counters.map((counter) => ({ ...counter, bound: undefined })) })),
    "counters: a bound refuses what would exceed it, with the present value",
  ],
  [
    "does not give counters back",
    onSave(({ counters = [] }) => ({ counters: counters.filter(({ add }) => add > 0) })),
    "counters: never fall below 0, and a negative change creates none",
  ],
  [
    "accepts late changes",
    onSave(() => ({ notAfter: Number.MAX_SAFE_INTEGER })),
    "refusals: a change is late only if the store's clock is past notAfter",
  ],
  [
    "loses due times",
    onSave(() => ({ dueAt: undefined })),
    "claimDue: returns the longest overdue first, up to the limit",
  ],
  [
    "keeps deleted sealed texts",
    onSave(({ sealed }) => ({ sealed: { set: sealed?.set } })),
    "sealed texts: stay until they are replaced or deleted by name",
  ],
  [
    "keeps expired data",
    onSave(({ expiresAt }) => ({ expiresAt: expiresAt + 86_400_000 })),
    "expiry: data stays until it expires, and is gone soon afterwards",
  ],
  [
    "cuts long texts",
    onSave(({ state }) => ({ state: state?.slice(0, 65_536) })),
    "texts: a state and a sealed text of 100 kB come back unchanged",
  ],
  [
    "starts during recovery",
    onSave(() => ({ start: undefined })),
    "losses: the start that proves a loss is refused; a newer loss counts",
  ],
  [
    "does not notice replaced data",
    (store) => ({
      load: async (query, context) => store.load(query, { ...context, storeId: (await store.open(proposal)).id }),
    }),
    "identity: new data has a new id and answers replaced to the former",
  ],
  [
    "does not notice lost writes",
    onContext(() => ({ seen: 0 })),
    "losses: lost writes are noticed, and older ones are kept",
  ],
  [
    "ignores the lease of claimDue",
    (store) => ({ claimDue: (options, context) => store.claimDue({ ...options, leaseMs: 0 }, context) }),
    "claimDue: moves the due time by the lease, and keeps the version",
  ],
  [
    "ignores the limit of claimDue",
    (store) => ({ claimDue: (options, context) => store.claimDue({ ...options, limit: 1000 }, context) }),
    "claimDue: returns the longest overdue first, up to the limit",
  ],
  [
    "lists one page only",
    (store) => ({
      list: async (cursor, context) => {
        const page = await store.list(cursor, context);
        return page.replaced ? page : { ...page, cursor: undefined };
      },
    }),
    "list: returns each consumer with a due time, and no other",
  ],
  [
    "grants each lease",
    (store) => ({
      acquireLease: (name, _, ms, context) => store.acquireLease(name, "the same owner", ms, context),
    }),
    "acquireLease: grants, refuses another owner, renews, and releases",
  ],
  [
    "takes each loss for recovered",
    (store) => ({
      updateMeta: async (change, context) => {
        const { lossId } = { lossId: undefined, ...(await store.load({ by: { consumer: "" } }, context)) };
        return store.updateMeta("recovered" in change ? { recovered: lossId ?? "" } : change, context);
      },
    }),
    "losses: the start that proves a loss is refused; a newer loss counts",
  ],
];

it.each(faults)("the suite fails for a store that %s", async (_, fault, expected) => {
  const failed: string[] = [];
  for (const { name, run } of storeCases) {
    const setup = plainSetup(true);
    const store = { ...setup.store, ...fault(setup.store) };
    await run({ ...setup, store }).catch(() => failed.push(name));
  }
  expect(failed).toContain(expected);
});
