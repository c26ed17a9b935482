import type { Clock } from "./clock.js";
import { timeOver, within } from "./deadline.js";

interface UnderWay<T> {
  readonly task: Promise<T>;
  /** By the clock, in ms. */
  lostAt: number;
}

/**
 * Work that is done once for all who want it at the same time, by key. Some platforms end a request together with all that
 * it has begun, timers and calls included, and that work then never ends: after `seconds` it counts as lost, and whoever
 * still waits for it, or comes later, does it anew.
 */
export class SharedWork<K, T> {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #underWay = new Map<K, UnderWay<T>>();

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#seconds = seconds;
  }

  /** The work makes progress: it counts as lost only `seconds` from now. */
  extend(key: K): void {
    const present = this.#underWay.get(key);
    if (present !== undefined) present.lostAt = this.#clock.now() + this.#seconds * 1000;
  }

  underWay(key: K): boolean {
    return this.#present(key) !== undefined;
  }

  /** What is under way, or what `work` begins. */
  async run(key: K, work: () => Promise<T>): Promise<T> {
    const present = this.#present(key);
    if (present === undefined) return await this.#begin(key, work);
    const left = (present.lostAt - this.#clock.now()) / 1000;
    const outcome = await within(this.#clock, left, present.task);
    return outcome === timeOver ? await this.run(key, work) : outcome;
  }

  #present(key: K): UnderWay<T> | undefined {
    const present = this.#underWay.get(key);
    return present !== undefined && this.#clock.now() < present.lostAt ? present : undefined;
  }

  #begin(key: K, work: () => Promise<T>): Promise<T> {
    const entry: UnderWay<T> = {
      task: work().finally(() => {
        // Another one may have taken the place of one that was only slow.
        if (this.#underWay.get(key) === entry) this.#underWay.delete(key);
      }),
      lostAt: this.#clock.now() + this.#seconds * 1000,
    };
    this.#underWay.set(key, entry);
    return entry.task;
  }
}
