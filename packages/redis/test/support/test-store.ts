import type { CallContext, ConversationStore, StateChange } from "@equos-broker/core";
import type { RedisClient } from "../../src/client.js";
import { type RedisStoreOptions, redisStore } from "../../src/index.js";

export const proposal = { nonce: "nonce123", key: "sealed key", format: 1 };

/** An opened and recovered store, with shortcuts for tests. */
export class TestStore {
  readonly store: ConversationStore;
  readonly storeId: string;
  seen = 0;

  private constructor(store: ConversationStore, storeId: string) {
    this.store = store;
    this.storeId = storeId;
  }

  static async at(client: RedisClient, options?: RedisStoreOptions): Promise<TestStore> {
    const store = redisStore(client, options);
    const tested = new TestStore(store, (await store.open(proposal)).id);
    await tested.recover();
    return tested;
  }

  get context(): CallContext {
    return { storeId: this.storeId, seen: this.seen };
  }

  /** Reports the present loss, if there is one, as recovered. */
  async recover(): Promise<void> {
    const { lossId } = await this.load("nobody");
    if (lossId === undefined) return;
    this.#see(await this.store.updateMeta({ recovered: lossId }, this.context));
  }

  async save(change: Partial<StateChange> & { readonly consumer: string }) {
    const whole = {
      ...{ version: 0, state: "state", expiresAt: Date.now() + 600_000, notAfter: Date.now() + 60_000 },
      ...change,
    };
    return this.#see(await this.store.save(whole, this.context));
  }

  /** Saves, and throws unless that succeeds. */
  async saved(change: Partial<StateChange> & { readonly consumer: string }): Promise<number> {
    const answer = await this.save(change);
    if (answer.result !== "saved") throw new Error(`${change.consumer} is ${answer.result}`);
    return answer.version;
  }

  async load(consumer: string, counters: readonly string[] = []) {
    return this.#see(await this.store.load({ by: { consumer }, sealed: true, counters }, this.context));
  }

  async byAlias(alias: string) {
    return this.#see(await this.store.load({ by: { alias } }, this.context));
  }

  async claimDue(limit = 10, leaseMs = 1000) {
    return this.#see(await this.store.claimDue({ limit, leaseMs }, this.context));
  }

  #see<T extends { readonly now: number; readonly sequence: number; readonly replaced?: undefined }>(
    answer: T | { readonly now: number; readonly replaced: true },
  ): T {
    if (answer.replaced) throw new Error("the data was replaced");
    this.seen = Math.max(this.seen, answer.sequence);
    return answer;
  }
}
