import type { ConversationStore, Loaded } from "@equos-broker/core";

/** What a start meets in the store: its reservation is saved, or another start of the same consumer is under way. */
export type ReservationOutcome = "reserved" | "pending";

/**
 * Returns the same store, which reports what each start meets. A store knows no rules, so that is derived: only a start
 * saves with `start`, and only a start loads a consumer's sealed texts while a record is `reserved`.
 *
 * @param report receives `reserved` for each saved reservation, and `pending` each time a start finds another one
 */
export function watchedStore(
  store: ConversationStore,
  report: (outcome: ReservationOutcome) => void,
): ConversationStore {
  return {
    shared: store.shared,
    attach: (user) => watchedStore(store.attach?.(user) ?? store, report),
    ...(store.keyFor === undefined ? {} : { keyFor: (text) => store.keyFor?.(text) ?? text }),
    open: (proposal) => store.open(proposal),
    load: (query, context) =>
      noted(store.load(query, context), (loaded) => {
        if ("consumer" in query.by && query.sealed && hasReserved(loaded)) report("pending");
      }),
    save: (change, context) =>
      noted(store.save(change, context), (saved) => {
        if (change.start && "result" in saved && saved.result === "saved") report("reserved");
      }),
    claimDue: (options, context) => store.claimDue(options, context),
    list: (cursor, context) => store.list(cursor, context),
    acquireLease: (name, owner, ms, context) => store.acquireLease(name, owner, ms, context),
    updateMeta: (change, context) => store.updateMeta(change, context),
  };
}

/** Returns the answer as it came, with or without a promise. The broker treats the two differently. */
function noted<T>(answer: T | Promise<T>, note: (value: T) => void): T | Promise<T> {
  if (answer instanceof Promise) void answer.then(note, () => undefined);
  else note(answer);
  return answer;
}

function hasReserved(loaded: object): boolean {
  const { state } = loaded as Partial<Loaded>;
  if (state === undefined) return false;
  const { records } = JSON.parse(state) as { readonly records: readonly { readonly status: string }[] };
  return records.some(({ status }) => status === "reserved");
}
