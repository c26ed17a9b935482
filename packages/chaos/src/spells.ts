import type { Interval } from "./intervals.js";

/** When something was the case, as it comes and goes. */
export class Spells {
  readonly #spells: [from: number, to: number][] = [];

  /** It is the case, from now on if it was not before. */
  begin(): void {
    if (this.#open === undefined) this.#spells.push([Date.now(), Number.POSITIVE_INFINITY]);
  }

  /** It is not the case, from now on if it was before. */
  end(): void {
    const open = this.#open;
    if (open !== undefined) open[1] = Date.now();
  }

  get all(): readonly Interval[] {
    return this.#spells;
  }

  get #open() {
    const last = this.#spells.at(-1);
    return last?.[1] === Number.POSITIVE_INFINITY ? last : undefined;
  }
}
