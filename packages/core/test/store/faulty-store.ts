import { type Clock, type ConversationStore, memoryStore, type StateChange } from "@equos-broker/core";

/** What a call of the store is for, as far as its request tells. */
export type Call = "open" | "load" | "reserve" | "commit" | "save" | "claimDue" | "list" | "lease" | "meta";

/** When a call goes wrong: before it happens, or after, with its answer lost; or never answers. */
export type Mishap = (call: Call, nth: number) => "not done" | "answer lost" | "hangs" | undefined;

const kindOf = ({ start, aliases }: StateChange): Call =>
  start ? "reserve" : aliases?.set !== undefined ? "commit" : "save";

/** A store in memory that answers by promises, on the given time, and that has mishaps. */
export function faultyStore(clock: () => Clock, mishap: Mishap): ConversationStore {
  const inner = memoryStore({
    clock: { now: () => clock().now(), setTimeout: () => 0, clearTimeout: () => undefined },
  });
  const counts = new Map<Call, number>();
  const run = async <T>(call: Call, operation: () => T): Promise<Awaited<T>> => {
    const nth = (counts.get(call) ?? 0) + 1;
    counts.set(call, nth);
    const what = mishap(call, nth);
    if (what === "not done") throw new Error("down");
    const answer = await operation();
    if (what === "answer lost") throw new Error("reset");
    return what === "hangs" ? await new Promise<never>(() => undefined) : answer;
  };
  return {
    shared: false,
    keyFor: (text) => inner.keyFor?.(text) ?? text,
    open: (proposal) => run("open", () => inner.open(proposal)),
    load: (query, context) => run("load", () => inner.load(query, context)),
    save: (change, context) => run(kindOf(change), () => inner.save(change, context)),
    claimDue: (options, context) => run("claimDue", () => inner.claimDue(options, context)),
    list: (cursor, context) => run("list", () => inner.list(cursor, context)),
    acquireLease: (name, owner, ms, context) => run("lease", () => inner.acquireLease(name, owner, ms, context)),
    updateMeta: (change, context) => run("meta", () => inner.updateMeta(change, context)),
  };
}
