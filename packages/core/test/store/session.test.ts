import { type ControlledClock, manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { BrokerError } from "../../src/errors.js";
import { type Change, type ConsumerState, type ConversationRecord, EMPTY_STATE } from "../../src/state/state.js";
import { memoryStore } from "../../src/store/memory-store.js";
import { openSession, type SessionOptions } from "../../src/store/session.js";
import type { ConversationStore, LoadQuery, SaveResult, StateChange } from "../../src/store/store.js";

type Operation = "load" | "save" | "claimDue" | "list" | "acquireLease" | "updateMeta";
/** Replaces one call of the store. */
type Step = () => unknown;

const proposal = { nonce: "Nonce123", key: "the key", format: 1 };
const hang = () => new Promise<never>(() => {});
const fail = (message: string) => () => Promise.reject(new Error(message));

/** Returns a shared store that answers by promises from a memory store, unless `script` has a step for the next call. */
function scripted({ isSlow = false } = {}) {
  const clock = manualClock();
  const inner = memoryStore({ clock });
  const script: Record<Operation, Step[]> = {
    ...{ load: [], save: [], claimDue: [], list: [], acquireLease: [], updateMeta: [] },
  };
  const loads: LoadQuery[] = [];
  const saves: StateChange[] = [];
  /** The `seen` of each call. */
  const seen: number[] = [];
  const answer = async (operation: Operation, context: { readonly seen: number }, run: Step) => {
    seen.push(context.seen);
    const result = await (script[operation].shift() ?? run)();
    if (isSlow) await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 5));
    // A step returns what its test wants, right or wrong.
    return result as never;
  };
  const store: ConversationStore = {
    shared: true,
    open: (given) => inner.open(given),
    load: (query, context) => {
      loads.push(query);
      return answer("load", context, () => inner.load(query, context));
    },
    save: (change, context) => {
      saves.push(change);
      return answer("save", context, () => inner.save(change, context));
    },
    claimDue: (options, context) => answer("claimDue", context, () => inner.claimDue(options, context)),
    list: (cursor, context) => answer("list", context, () => inner.list(cursor, context)),
    acquireLease: (...lease) => answer("acquireLease", lease[3], () => inner.acquireLease(...lease)),
    updateMeta: (change, context) => answer("updateMeta", context, () => inner.updateMeta(change, context)),
  };
  const open = (options: Partial<SessionOptions> = {}) =>
    openSession(store, proposal, { clock, storeSeconds: 3, random: () => 0.5, ...options });
  return { store, clock, script, loads, saves, seen, open };
}

/** Adds to the generation, which the tests use as a counter. */
const add =
  (amount: number, change: Partial<Change> = {}) =>
  ({ state }: { readonly state: ConsumerState }) => {
    const generation = state.generation + amount;
    return { outcome: generation, change: { state: { ...state, generation }, ...change } };
  };
const look = ({ state }: { readonly state: ConsumerState }) => ({ outcome: state.generation });

/** Moves the clock until the promise has settled; returns its value or its error. */
async function settled<T>(clock: ControlledClock, pending: T | Promise<T>): Promise<T | unknown> {
  let isDone = false;
  const result = Promise.resolve(pending)
    .catch((error: unknown) => error)
    .finally(() => {
      isDone = true;
    });
  for (let steps = 0; steps < 200 && !isDone; steps += 1) await clock.advance(100);
  expect(isDone).toBe(true);
  return await result;
}

const status = (clock: ControlledClock) => ({ now: clock.now(), sequence: 0, joinSeen: false });
const answers = (clock: ControlledClock, result: SaveResult) => () => ({ ...status(clock), ...result });

describe("update", () => {
  it("returns outcomes of a memory store without a promise", async () => {
    const session = await openSession(memoryStore(), proposal, { clock: manualClock(), storeSeconds: 3 });
    expect(session.update("ann", add(2))).toBe(2);
    expect(session.update("ann", add(3))).toBe(5);
    expect(session.update("ann", look)).toBe(5);
    expect(session.read({ consumer: "ann" })).toMatchObject({ consumer: "ann", state: { generation: 5 } });
    const throws = () => {
      throw new RangeError("wrong");
    };
    expect(() => session.update("ann", throws)).toThrow(RangeError);
  });

  it("saves what the decision returns, with due time, expiry, and the end of the wait", async () => {
    const { open, saves, clock } = scripted();
    const session = await open();
    const change = {
      setAliases: ["alias"],
      deleteSealed: ["old"],
      members: [{ set: "set", id: "a", until: 9e15 }],
      counters: [{ key: "key", add: 1, expiresAt: 9e15 }],
    };
    await session.update("ann", add(1, change));
    expect(saves).toEqual([
      {
        consumer: "ann",
        version: 0,
        state: JSON.stringify({ ...EMPTY_STATE, generation: 1 }),
        dueAt: undefined,
        expiresAt: clock.now() + 600_000,
        notAfter: clock.now() + 3000,
        start: undefined,
        aliases: { set: ["alias"], delete: undefined },
        sealed: { set: undefined, delete: ["old"] },
        members: change.members,
        counters: change.counters,
      },
    ]);
  });

  it("decides 10,000 updates of one consumer with two loads at most and two saves, in order", async () => {
    const { open, loads, saves, clock } = scripted({ isSlow: true });
    const session = await open();
    const updates = Array.from({ length: 10_000 }, () => session.update("ann", add(1)));
    const outcomes = await settled(clock, Promise.all(updates));
    expect(outcomes).toEqual(updates.map((_, index) => index + 1));
    expect(loads.length).toBeLessThanOrEqual(2);
    expect(saves).toHaveLength(2);
  });

  it("merges the changes of a batch so that the later one counts", async () => {
    const { open, saves, clock } = scripted({ isSlow: true });
    const session = await open();
    const member = { set: "set", id: "a", until: 9e15 };
    await settled(
      clock,
      Promise.all([
        session.update("ann", add(1)),
        session.update("ann", add(1, { setAliases: ["a", "b"], setSealed: { x: "1", y: "2" }, members: [member] })),
        session.update("ann", look),
        session.update("ann", add(1, { deleteAliases: ["a", "c"], deleteSealed: ["x", "z"] })),
        session.update("ann", add(1, { setAliases: ["c"], setSealed: { z: "3" }, members: [member] })),
      ]),
    );
    expect(saves[1]).toMatchObject({
      aliases: { set: ["b", "c"], delete: ["a"] },
      sealed: { set: { y: "2", z: "3" }, delete: ["x"] },
      members: [member, member],
    });
  });

  it("rejects only the caller whose decision throws", async () => {
    const { open, clock } = scripted({ isSlow: true });
    const session = await open();
    const wrong = new RangeError("wrong");
    const throws = () => {
      throw wrong;
    };
    const updates = [session.update("ann", add(1)), session.update("ann", throws), session.update("ann", add(1))];
    const outcomes = await settled(clock, Promise.allSettled(updates));
    expect(outcomes).toMatchObject([{ value: 1 }, { reason: wrong }, { value: 2 }]);
  });

  it("saves a start, and a change with a bound, without others", async () => {
    const { open, saves, clock } = scripted({ isSlow: true });
    const session = await open();
    const counters = [{ key: "key", add: 1, bound: 9, expiresAt: 9e15 }];
    const updates = [add(1), add(1), add(1, { start: true }), add(1), add(1, { counters }), look];
    const outcomes = await settled(clock, Promise.all(updates.map((decide) => session.update("ann", decide))));
    expect(outcomes).toEqual([1, 2, 3, 4, 5, 5]);
    expect(saves.map(({ start, counters: saved }) => start ?? saved?.length)).toEqual([
      undefined,
      undefined,
      true,
      undefined,
      1,
    ]);
  });

  it("tries each change alone if the store refuses a batch", async () => {
    const { open, clock } = scripted({ isSlow: true });
    const session = await open();
    await settled(clock, session.update("bob", add(1, { setAliases: ["taken"] })));
    const updates = [add(1), add(1), add(1, { setAliases: ["taken"] }), add(1)];
    const outcomes = await settled(clock, Promise.allSettled(updates.map((decide) => session.update("ann", decide))));
    const reason = { kind: "alias-taken", notAfter: undefined };
    expect(outcomes).toMatchObject([{ value: 1 }, { value: 2 }, { reason }, { value: 3 }]);
  });

  it("loads and decides again after a version conflict, with a wait, until storeSeconds are over", async () => {
    const { open, script, loads, clock } = scripted();
    const session = await open();
    const conflict = answers(clock, { result: "version-conflict" });
    script.save.push(conflict, conflict);
    const began = clock.now();
    expect(await settled(clock, session.update("ann", add(1)))).toBe(1);
    expect(loads).toHaveLength(3);
    // 5 ms and 10 ms: half of the longest waits.
    expect(clock.now() - began).toBeGreaterThanOrEqual(15);

    script.save.push(...Array.from({ length: 1000 }, () => conflict));
    const error = await settled(clock, session.update("ann", add(1)));
    expect(error).toMatchObject({ kind: "unavailable", notAfter: undefined });
    expect(script.save.length).toBeGreaterThan(900);
  });

  it("decides again with the values of limits, at most three times", async () => {
    const { open, script, loads, clock } = scripted();
    const session = await open();
    const limit = (name: string, value: number) => answers(clock, { result: "limit-reached", limit: name, value });
    const seen: object[] = [];
    const decide = ({ state, counters }: { state: ConsumerState; counters: ReadonlyMap<string, number> }) => {
      seen.push(Object.fromEntries(counters));
      return counters.size < 3 ? { outcome: "more", change: { state, start: true as const } } : { outcome: "limited" };
    };
    script.save.push(limit("a", 1), limit("b", 2), limit("c", 3));
    expect(await session.update("ann", decide)).toBe("limited");
    expect(seen).toEqual([{}, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }]);
    expect(loads).toHaveLength(1);

    script.save.push(limit("a", 1), limit("a", 2), limit("a", 3), limit("a", 4));
    await expect(session.update("ann", add(1, { start: true }))).rejects.toMatchObject({ kind: "unavailable" });
    expect(script.save).toHaveLength(0);
  });

  it("corrects its clock once if a change is late", async () => {
    const { open, script, saves, clock } = scripted();
    const session = await open();
    const late = () => ({ ...status(clock), now: clock.now() + 60_000, result: "late" });
    script.save.push(late);
    expect(await session.update("ann", add(1))).toBe(1);
    expect(saves.map(({ notAfter }) => notAfter - clock.now())).toEqual([3000, 63_000]);
    script.save.push(late, late);
    await expect(session.update("ann", add(1))).rejects.toMatchObject({ kind: "unavailable", notAfter: undefined });
  });

  it("rejects after storeSeconds if the store hangs; a save is uncertain until its notAfter", async () => {
    const { open, script, saves, clock } = scripted();
    const session = await open();
    script.load.push(hang);
    const first = await settled(clock, session.update("ann", add(1)));
    expect(first).toMatchObject({ kind: "unavailable", notAfter: undefined });
    script.save.push(hang);
    const second = await settled(clock, session.update("ann", add(1)));
    expect(second).toMatchObject({ kind: "unavailable", notAfter: saves[0]?.notAfter });
    expect(await session.update("ann", add(1))).toBe(1);
  });

  it("fails an update that has waited for storeSeconds behind a store that hangs", async () => {
    const { open, script, loads, clock } = scripted();
    const session = await open();
    script.load.push(hang);
    const updates = [session.update("ann", add(1)), session.update("ann", add(1))];
    await clock.advance(1000);
    updates.push(session.update("ann", add(5)));
    const outcomes = await settled(clock, Promise.allSettled(updates));
    expect(outcomes).toMatchObject([
      { reason: { kind: "unavailable" } },
      { reason: { kind: "unavailable", notAfter: undefined } },
      { value: 5 },
    ]);
    expect(loads).toHaveLength(2);
  });

  it("decides an update again that was decided beside one whose save hangs", async () => {
    const { open, script, saves, clock } = scripted({ isSlow: true });
    const session = await open();
    await settled(clock, session.update("ann", add(1)));
    const first = session.update("ann", add(1));
    script.save.push(hang);
    const updates = [first, session.update("ann", add(1)), session.update("ann", add(1, { start: true }))];
    const outcomes = await settled(clock, Promise.allSettled(updates));
    expect(outcomes).toMatchObject([
      { value: 2 },
      { reason: { kind: "unavailable", notAfter: saves[2]?.notAfter } },
      { value: 3 },
    ]);
  });

  it("rejects if the store rejects or throws; a save is uncertain", async () => {
    const { open, script } = scripted();
    const session = await open();
    script.load.push(fail("no connection"));
    const first = { kind: "unavailable", notAfter: undefined, cause: new Error("no connection") };
    await expect(session.update("ann", add(1))).rejects.toMatchObject(first);
    script.save.push(fail("connection lost"));
    await expect(session.update("ann", add(1))).rejects.toMatchObject({
      kind: "unavailable",
      notAfter: expect.any(Number),
    });
    expect(await session.update("ann", add(1))).toBe(1);
  });

  it("rejects an unreadable state, unless the update replaces it", async () => {
    const { open, store, clock } = scripted();
    const session = await open();
    const change = { consumer: "ann", version: 0, state: "{", expiresAt: 9e15, notAfter: 9e15, dueAt: 1 };
    await store.save(change, { storeId: session.id, seen: 0 });
    await expect(session.update("ann", add(1))).rejects.toMatchObject({ kind: "unreadable" });
    await expect(session.read({ consumer: "ann" })).rejects.toMatchObject({ kind: "unreadable" });
    expect((await session.claimDue({ limit: 1, leaseMs: 1 })).claimed).toEqual([
      { consumer: "ann", state: { unreadable: "damaged" } },
    ]);
    expect(await session.update("ann", add(1), { replaceUnreadable: true })).toBe(1);
    expect(await settled(clock, session.update("ann", look))).toBe(1);
  });

  it("loads sealed texts and counters on request, and shows the changes of earlier decisions", async () => {
    const { open, clock } = scripted({ isSlow: true });
    const session = await open();
    const counters = [{ key: "key", add: 2, expiresAt: 9e15 }];
    await settled(clock, session.update("ann", add(1, { setSealed: { x: "1", y: "2" }, counters })));
    const seen: unknown[] = [];
    const note = (snapshot: { sealed: object; counters: ReadonlyMap<string, number> }) => {
      seen.push(snapshot.sealed, Object.fromEntries(snapshot.counters));
      return { outcome: undefined };
    };
    const options = { sealed: true, counters: ["key"] };
    const first = session.update("ann", note, options);
    const queued = [add(1, { deleteSealed: ["x"], setSealed: { z: "3" } }), note];
    await settled(clock, Promise.all([first, ...queued.map((decide) => session.update("ann", decide, options))]));
    expect(seen).toEqual([{ x: "1", y: "2" }, { key: 2 }, { y: "2", z: "3" }, { key: 2 }]);
  });
});

describe("cache", () => {
  it("saves without a load after a save of this process", async () => {
    const { open, loads, saves } = scripted();
    const session = await open();
    for (const outcome of [1, 2, 3]) expect(await session.update("ann", add(1))).toBe(outcome);
    expect([loads.length, saves.length]).toEqual([1, 3]);
  });

  it("saves without a load after a read, by consumer or by alias", async () => {
    const { open, loads } = scripted();
    const session = await open();
    await session.update("ann", add(1, { setAliases: ["alias"] }));
    for (const by of [{ consumer: "ann" }, { alias: "alias" }]) {
      const other = await open();
      await other.read(by);
      loads.length = 0;
      await other.update("ann", add(1));
      expect(loads).toEqual([]);
    }
  });

  it("never lets a decision without a change rest on it", async () => {
    const { open, loads, saves, store } = scripted();
    const session = await open();
    await session.update("ann", add(1));
    const other = await openSession(store, proposal, { clock: manualClock(), storeSeconds: 3 });
    await other.update("ann", add(4));
    expect(await session.update("ann", look)).toBe(5);
    const throws = ({ state }: { state: ConsumerState }) => {
      throw new Error(`generation ${state.generation}`);
    };
    await session.update("ann", add(1));
    await other.update("ann", add(2));
    await expect(session.update("ann", throws)).rejects.toThrow("generation 8");
    expect(loads.length + saves.length).toBeGreaterThan(6);
  });

  it("loads at once if another server was faster", async () => {
    const { open, clock, loads } = scripted();
    const session = await open();
    const other = await open();
    await session.update("ann", add(1));
    await other.update("ann", add(4));
    const before = clock.now();
    const count = loads.length;
    expect(await session.update("ann", add(1))).toBe(6);
    expect([clock.now() - before, loads.length - count]).toEqual([0, 1]);
  });

  it("is empty after a loss, since another state may have the same version", async () => {
    const { open, script, clock, loads } = scripted();
    const session = await open();
    await session.update("ann", add(1));
    script.acquireLease.push(() => ({ ...status(clock), lossId: "loss 1", granted: true }));
    await session.acquireLease("sweep", "me", 1000);
    await session.update("ann", add(1));
    expect(loads).toHaveLength(2);
  });
});

describe("the other operations", () => {
  it("read: an alias that no record has counts as absent", async () => {
    const { open } = scripted();
    const session = await open();
    const record: ConversationRecord = {
      ...{ reservation: "ann.1", status: "running", fingerprint: "f", maxSeconds: 60, reservedAt: 1, reservedUntil: 2 },
      ...{ conversation: "conversation", token: "token", endsAt: 9e12 },
    };
    const state: ConsumerState = { ...EMPTY_STATE, records: [record] };
    const change = { state, setAliases: ["conversation", "token", "unknown"], setSealed: { "ann.1": "sealed" } };
    await session.update("ann", () => ({ outcome: undefined, change }));
    for (const by of [{ alias: "conversation" }, { alias: "token" }, { consumer: "ann" }]) {
      expect(await session.read(by, { sealed: true })).toEqual({
        consumer: "ann",
        state,
        sealed: { "ann.1": "sealed" },
      });
    }
    for (const by of [{ alias: "unknown" }, { alias: "absent" }, { consumer: "absent" }]) {
      expect(await session.read(by)).toEqual({ consumer: undefined, state: EMPTY_STATE, sealed: {} });
    }
  });

  it("list and claimDue return parsed states; a claimed one is saved without a load", async () => {
    const { open, clock, loads } = scripted();
    const session = await open();
    const reserved: ConversationRecord = {
      ...{ reservation: "r", status: "reserved", fingerprint: "f", maxSeconds: 60, reservedAt: 1 },
      reservedUntil: clock.now() - 1,
    };
    const state: ConsumerState = { ...EMPTY_STATE, records: [reserved] };
    const consumers = Array.from({ length: 130 }, (_, index) => `consumer ${index}`);
    for (const consumer of consumers) await session.update(consumer, () => ({ outcome: 0, change: { state } }));
    const listed: string[] = [];
    for await (const { consumer, state: found } of session.list()) {
      expect(found).toEqual(state);
      listed.push(consumer);
    }
    expect(listed.sort()).toEqual([...consumers].sort());
    const other = await open();
    const { claimed, nextDueAt } = await other.claimDue({ limit: 130, leaseMs: 5000 });
    expect([claimed.length, nextDueAt]).toEqual([130, clock.now() + 5000]);
    loads.length = 0;
    await other.update("consumer 7", add(1));
    expect(loads).toHaveLength(0);
  });

  it("sends the highest sequence, and reports each loss once", async () => {
    const { open, script, seen, clock } = scripted();
    const losses: string[] = [];
    const session = await open({ onLoss: (lossId) => losses.push(lossId) });
    const lease = (sequence: number, lossId?: string, joinSeen = false) => {
      script.acquireLease.push(() => ({ now: clock.now(), sequence, joinSeen, lossId, granted: true }));
      return session.acquireLease("sweep", "me", 1000);
    };
    await lease(5);
    await lease(9, "loss 1", true);
    expect([session.lossId, session.joinSeen]).toEqual(["loss 1", true]);
    // An older answer that arrives later.
    await lease(7);
    expect(session.lossId).toBe("loss 1");
    await lease(10, "loss 1", true);
    await lease(12, "loss 2", true);
    await lease(13, undefined, true);
    expect(session.lossId).toBeUndefined();
    expect(losses).toEqual(["loss 1", "loss 2"]);
    expect(seen.slice(-6)).toEqual([0, 5, 9, 9, 10, 12]);
  });

  it("throws `replaced`, and reports it once", async () => {
    const { open, script, clock } = scripted();
    let reports = 0;
    const session = await open({
      onReplaced: () => {
        reports += 1;
      },
    });
    const replaced = () => ({ now: clock.now(), replaced: true });
    script.save.push(replaced);
    await expect(session.update("ann", add(1))).rejects.toMatchObject({ kind: "replaced", notAfter: undefined });
    for (const operation of ["load", "claimDue", "list", "acquireLease", "updateMeta"] as const) {
      script[operation].push(replaced);
    }
    const calls = [
      () => session.read({ consumer: "ann" }),
      () => session.claimDue({ limit: 1, leaseMs: 1 }),
      () => session.list().next(),
      () => session.acquireLease("sweep", "me", 1),
      () => session.updateMeta({ joinSeen: true }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ kind: "replaced" });
    expect(reports).toBe(1);
  });
});

describe("openSession", () => {
  const options = { clock: manualClock(), storeSeconds: 3 };

  it("announces a newer format, and refuses the store of a newer release", async () => {
    const store = memoryStore();
    const session = await openSession(store, proposal, options);
    expect([session.id.endsWith("-Nonce123"), session.key]).toEqual([true, "the key"]);
    await openSession(store, { ...proposal, format: 2 }, options);
    await expect(openSession(store, proposal, options)).rejects.toMatchObject({ kind: "unreadable" });
  });

  it("rejects if the store hangs or rejects, and passes a BrokerError on", async () => {
    const clock = manualClock();
    const opening = (open: () => Promise<never>) =>
      openSession({ ...scripted().store, open }, proposal, { clock, storeSeconds: 3 });
    expect(await settled(clock, opening(hang))).toMatchObject({ kind: "unavailable", notAfter: undefined });
    await expect(opening(fail("no connection"))).rejects.toMatchObject({ kind: "unavailable" });
    const wrong = new BrokerError("store-misconfigured");
    await expect(opening(() => Promise.reject(wrong))).rejects.toBe(wrong);
  });
});

it("goes on after a platform has ended a round trip together with its request", async () => {
  const { open, script, clock } = scripted();
  const session = await open();
  script.load.push(hang);
  // Neither the store nor the timer of this request answers any more.
  const setTimer = clock.setTimeout;
  clock.setTimeout = () => 0 as never;
  void session.update("ann", add(1));
  clock.setTimeout = setTimer;
  const queued = session.update("ann", add(2));
  expect(await settled(clock, queued)).toMatchObject({ kind: "unavailable" });
  await clock.advance(3_000);
  expect(await settled(clock, session.update("ann", add(4)))).toBe(4);
});
