import type { Clock } from "./clock.js";
import { timeOver, within } from "./deadline.js";

interface UnderWay<T> {
  readonly task: Promise<T>;
  /** By the clock, in ms. */
  lostAt: number;
}

/**
 * Work that is done once for all callers that request it at the same time, by key. Some platforms end a request together
 * with its timers and calls, so that its work never settles. After `seconds` the work counts as lost, and the next caller,
 * or one that still waits, begins it again.
 */
export class SharedWork<K, T> {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #underWay = new Map<K, UnderWay<T>>();

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#ms = seconds * 1000;
  }

  /** Notes that the work makes progress: it counts as lost only `seconds` from now. */
  extend(key: K): void {
    const present = this.#underWay.get(key);
    if (present !== undefined) present.lostAt = this.#clock.now() + this.#ms;
  }

  underWay(key: K): boolean {
    return this.#present(key) !== undefined;
  }

  /** Returns the result of the work that is under way, or of `work`. */
  async run(key: K, work: () => Promise<T>): Promise<T> {
    const present = this.#present(key);
    if (present !== undefined) {
      const outcome = await within(this.#clock, (present.lostAt - this.#clock.now()) / 1000, present.task);
      return outcome === timeOver ? await this.run(key, work) : outcome;
    }
    const begun = { task: work(), lostAt: this.#clock.now() + this.#ms };
    this.#underWay.set(key, begun);
    try {
      return await begun.task;
    } finally {
      // Other work may have replaced work that was only slow.
      if (this.#underWay.get(key) === begun) this.#underWay.delete(key);
    }
  }

  #present(key: K): UnderWay<T> | undefined {
    const present = this.#underWay.get(key);
    return present !== undefined && this.#clock.now() < present.lostAt ? present : undefined;
  }
}
