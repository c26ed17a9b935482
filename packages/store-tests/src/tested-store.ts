import type { Answer, ConversationStore, LoadQuery, MetaChange, StateChange } from "@equos-broker/core";
import { check, matches } from "./assert.js";
import type { StoreCase, StoreFeature, StoreSetup } from "./types.js";

export const MINUTE = 60_000;

export const proposal = { nonce: "Nonce123", key: "the key", format: 3 };

/** A change of a test: the rest is filled in by {@link TestedStore.change}. */
export type Change = Partial<StateChange> & { readonly consumer: string };

/** An opened store that sends the highest sequence it has seen, with shortcuts for tests. */
export class TestedStore {
  seen = 0;

  /** `now`: time of the latest answer. */
  private constructor(
    readonly setup: StoreSetup,
    readonly store: ConversationStore,
    readonly storeId: string,
    public now: number,
  ) {}

  /** Opens the store, or another client of its data. */
  static async open(setup: StoreSetup, store = setup.store): Promise<TestedStore> {
    const { id, now } = await store.open(proposal);
    return new TestedStore(setup, store, id, now);
  }

  get context() {
    return { storeId: this.storeId, seen: this.seen };
  }

  /** Notes time and sequence of an answer, and throws if the data was replaced. */
  read<T>(answer: Answer<T>) {
    check(answer.replaced === undefined, "an operation with the store's own id must not return replaced");
    this.now = answer.now;
    this.seen = Math.max(this.seen, answer.sequence);
    return answer;
  }

  /** Completes a change: version 0, state "state", due never, and times that do not matter. */
  change(change: Change): StateChange {
    return { version: 0, state: "state", expiresAt: this.now + 10 * MINUTE, notAfter: this.now + MINUTE, ...change };
  }

  async save(change: Change) {
    return this.read(await this.store.save(this.change(change), this.context));
  }

  /** Saves, and returns the new version. */
  async saved(change: Change): Promise<number> {
    const answer = await this.save(change);
    check(answer.result === "saved", `save must succeed for ${change.consumer}, received ${answer.result}`);
    return answer.version;
  }

  /** Saves, and compares the result, or the fields of the answer, with the expected ones. */
  async expectSave(change: Change, expected: string | object, rule: string): Promise<void> {
    matches(await this.save(change), typeof expected === "string" ? { result: expected } : expected, rule);
  }

  async load(by: LoadQuery["by"], query: Omit<LoadQuery, "by"> = {}) {
    return this.read(await this.store.load({ by, ...query }, this.context));
  }

  /** Returns all that is stored for a consumer, without time and sequence. */
  async all(consumer: string, keys: readonly string[] = []) {
    const { version, state, sealed, counters } = await this.load({ consumer }, { sealed: true, counters: keys });
    return { version, state, sealed, counters };
  }

  async owner(alias: string): Promise<string | undefined> {
    return (await this.load({ alias })).consumer;
  }
  async counter(key: string): Promise<number | undefined> {
    return (await this.load({ consumer: "absent" }, { counters: [key] })).counters[key];
  }

  async claim(limit = 100, leaseMs = MINUTE) {
    return this.read(await this.store.claimDue({ limit, leaseMs }, this.context));
  }

  /** Claims what is due, and returns the consumers. */
  async due(limit?: number, leaseMs?: number): Promise<string[]> {
    return (await this.claim(limit, leaseMs)).claimed.map(({ consumer }) => consumer);
  }

  async list(afterFirstPage?: () => Promise<void>) {
    let page = this.read(await this.store.list(undefined, this.context));
    const states = [...page.states];
    await afterFirstPage?.();
    for (let pages = 0; page.cursor !== undefined; pages += 1) {
      check(pages < 1000, "list must reach a last page");
      page = this.read(await this.store.list(page.cursor, this.context));
      states.push(...page.states);
    }
    return states;
  }

  async lease(name: string, owner: string, ms: number): Promise<boolean> {
    return this.read(await this.store.acquireLease(name, owner, ms, this.context)).granted;
  }
  async meta(change: MetaChange): Promise<boolean> {
    return this.read(await this.store.updateMeta(change, this.context)).updated;
  }
  async lossId(): Promise<string | undefined> {
    return (await this.load({ consumer: "absent" })).lossId;
  }

  /** Reports the present loss, if there is one, as recovered. */
  async recover(): Promise<void> {
    const lossId = await this.lossId();
    if (lossId === undefined) return;
    check(await this.meta({ recovered: lossId }), "updateMeta must accept the id of the latest loss as recovered");
    check((await this.lossId()) === undefined, "a recovered store must not return a lossId");
  }

  /** Moves the time, and lets the store remove expired data. */
  async advance(ms: number): Promise<void> {
    await this.setup.advance(ms);
    await this.claim(0);
  }
}

type Test = (tested: TestedStore) => Promise<void>;

/** Defines a test on a store that has these features, is open, and is not in recovery. */
export function onlyWith(needs: readonly StoreFeature[], name: string, test: Test): StoreCase {
  const run = async (setup: StoreSetup) => {
    const tested = await TestedStore.open(setup);
    await tested.recover();
    await test(tested);
  };
  return { name, needs, run };
}

/** Defines a test on a store that is open and not in recovery. */
export const recovered = (name: string, test: Test): StoreCase => onlyWith([], name, test);
