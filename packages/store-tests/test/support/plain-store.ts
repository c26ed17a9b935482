import type {
  CallContext,
  ConversationStore,
  Replaced,
  SaveResult,
  StateChange,
  StoredState,
  StoreStatus,
} from "@equos-broker/core";
import type { StoreSetup } from "../../src/index.js";

interface PlainState {
  readonly version: number;
  readonly state: string;
  readonly dueAt: number | undefined;
  readonly expiresAt: number;
  readonly sealed: Map<string, string>;
}

const emptyData = () => ({
  id: "",
  key: "",
  format: 0,
  sequence: 0,
  joinSeen: false,
  lossId: undefined as string | undefined,
  states: new Map<string, PlainState>(),
  due: new Map<string, number>(),
  aliases: new Map<string, { readonly consumer: string; readonly expiresAt: number }>(),
  sets: new Map<string, Map<string, number>>(),
  counters: new Map<string, { readonly value: number; readonly expiresAt: number }>(),
  leases: new Map<string, { readonly owner: string; readonly until: number }>(),
});

const compareTimes = (one: readonly [string, number], other: readonly [string, number]) => one[1] - other[1];

/** Returns a correct store without any optimization. A shared one counts its writes and has all hooks. */
export function plainSetup(shared: boolean): StoreSetup {
  let data = emptyData();
  let now = Date.UTC(2026, 0, 1);
  let losses = 0;
  let isFull = false;

  const write = () => {
    if (shared) data.sequence += 1;
  };

  const noteLoss = () => {
    losses += 1;
    data.lossId = `loss ${losses}`;
    write();
  };

  const removeExpired = () => {
    for (const [consumer, { expiresAt }] of data.states) {
      if (expiresAt <= now) {
        data.states.delete(consumer);
        data.due.delete(consumer);
      }
    }
    for (const [alias, { expiresAt }] of data.aliases) if (expiresAt <= now) data.aliases.delete(alias);
    for (const [key, { expiresAt }] of data.counters) if (expiresAt <= now) data.counters.delete(key);
    for (const members of data.sets.values()) {
      for (const [id, until] of members) if (until <= now) members.delete(id);
    }
  };

  /** Checks the store id and notes a loss; then answers with the status after the operation. */
  const run = <T>({ storeId, seen }: CallContext, operation: () => T): (StoreStatus & T) | Replaced => {
    if (storeId !== data.id) return { now, replaced: true };
    if (shared && seen > data.sequence) {
      data.sequence = seen;
      noteLoss();
    }
    removeExpired();
    const result = operation();
    const { sequence, joinSeen, lossId } = data;
    return { now, sequence, joinSeen, lossId, ...result };
  };

  const save = (change: StateChange): SaveResult => {
    const { consumer, members = [], counters = [] } = change;
    const former = data.states.get(consumer);
    if (now > change.notAfter) return { result: "late" };
    if (change.start && data.lossId !== undefined) return { result: "recovering" };
    if ((former?.version ?? 0) !== change.version) return { result: "version-conflict" };
    for (const alias of change.aliases?.set ?? []) {
      const owner = data.aliases.get(alias)?.consumer;
      if (owner !== undefined && owner !== consumer) return { result: "alias-taken", alias };
    }
    for (const { set, id, until, bound, ignoring = [] } of members) {
      const ids = [...(data.sets.get(set)?.keys() ?? [])];
      const value = ids.filter((other) => !ignoring.includes(other)).length;
      const isNew = until > now && !ids.includes(id);
      if (isNew && bound !== undefined && value >= bound) return { result: "limit-reached", limit: set, value };
    }
    for (const { key, add, bound } of counters) {
      const value = data.counters.get(key)?.value ?? 0;
      if (bound !== undefined && value + add > bound) return { result: "limit-reached", limit: key, value };
    }
    if (change.start && isFull) throw new Error("out of memory");

    write();
    for (const alias of change.aliases?.delete ?? []) {
      if (data.aliases.get(alias)?.consumer === consumer) data.aliases.delete(alias);
    }
    for (const alias of change.aliases?.set ?? []) data.aliases.set(alias, { consumer, expiresAt: change.expiresAt });
    for (const [alias, { consumer: owner }] of data.aliases) {
      if (owner === consumer) data.aliases.set(alias, { consumer, expiresAt: change.expiresAt });
    }
    for (const { set, id, until } of members) data.sets.set(set, (data.sets.get(set) ?? new Map()).set(id, until));
    for (const { key, add, expiresAt } of counters) {
      const counter = data.counters.get(key);
      const value = Math.max(0, (counter?.value ?? 0) + add);
      if (counter || add > 0) data.counters.set(key, { value, expiresAt });
    }
    data.due.delete(consumer);
    if (change.state === undefined) {
      data.states.delete(consumer);
      return { result: "saved", version: 0 };
    }
    const version = former ? former.version + 1 : Math.max(1, now);
    const sealed = former?.sealed ?? new Map<string, string>();
    for (const name of change.sealed?.delete ?? []) sealed.delete(name);
    for (const [name, text] of Object.entries(change.sealed?.set ?? {})) sealed.set(name, text);
    const { state, dueAt, expiresAt } = change;
    data.states.set(consumer, { version, state, dueAt, expiresAt, sealed });
    if (dueAt !== undefined) data.due.set(consumer, dueAt);
    return { result: "saved", version };
  };

  const stored = (consumer: string): StoredState[] => {
    const found = data.states.get(consumer);
    return found ? [{ consumer, version: found.version, state: found.state }] : [];
  };

  const store: ConversationStore = {
    shared,
    open: ({ nonce, key, format }) => {
      if (data.id === "") {
        data = { ...emptyData(), id: `${now.toString(36)}-${nonce}`, key, format };
        if (shared) noteLoss();
      }
      return { id: data.id, key: data.key, format: data.format, now };
    },
    load: ({ by, sealed, counters = [] }, context) =>
      run(context, () => {
        const consumer = "consumer" in by ? by.consumer : data.aliases.get(by.alias)?.consumer;
        const found = data.states.get(consumer ?? "");
        return {
          consumer: "consumer" in by && !found ? undefined : consumer,
          version: found?.version ?? 0,
          state: found?.state,
          sealed: Object.fromEntries(sealed ? (found?.sealed ?? []) : []),
          counters: Object.fromEntries(counters.map((key) => [key, data.counters.get(key)?.value ?? 0])),
        };
      }),
    save: (change, context) => run(context, () => save(change)),
    claimDue: ({ limit, leaseMs }, context) =>
      run(context, () => {
        const due = [...data.due].filter(([, dueAt]) => dueAt <= now).sort(compareTimes);
        const claimed: StoredState[] = [];
        for (const [consumer] of due.slice(0, limit)) {
          const found = stored(consumer);
          claimed.push(...found);
          data.due.set(consumer, now + leaseMs);
          if (found.length === 0) noteLoss();
          if (found.length === 0) data.due.delete(consumer);
          write();
        }
        return { claimed, nextDueAt: [...data.due].sort(compareTimes)[0]?.[1] };
      }),
    list: (cursor, context) =>
      run(context, () => {
        const due = [...data.due.keys()].sort().filter((consumer) => consumer > (cursor ?? ""));
        const page = due.slice(0, 100);
        return { states: page.flatMap(stored), cursor: due.length > 100 ? page.at(-1) : undefined };
      }),
    acquireLease: (name, owner, ms, context) =>
      run(context, () => {
        const lease = data.leases.get(name);
        if (lease && lease.until > now && lease.owner !== owner) return { granted: false };
        data.leases.set(name, { owner, until: now + ms });
        write();
        return { granted: true };
      }),
    updateMeta: (change, context) =>
      run(context, () => {
        if ("recovered" in change && change.recovered !== data.lossId) return { updated: false };
        if ("key" in change && change.key.from !== data.key) return { updated: false };
        if ("format" in change && change.format < data.format) return { updated: false };
        if ("joinSeen" in change) data.joinSeen = true;
        if ("recovered" in change) data.lossId = undefined;
        if ("key" in change) data.key = change.key.to;
        if ("format" in change) data.format = change.format;
        write();
        return { updated: true };
      }),
  };

  const advance = (ms: number) => {
    now += ms;
  };
  if (!shared) return { store, advance };
  return {
    store,
    advance,
    other: () => ({ ...store }),
    loseLatestWrites: async (writeLost) => {
      const kept = structuredClone(data);
      await writeLost();
      data = kept;
    },
    loseState: (consumer) => data.states.delete(consumer),
    replaceData: () => {
      data = emptyData();
    },
    full: () => {
      isFull = true;
    },
  };
}
