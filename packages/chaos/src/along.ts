import type { Mode } from "./bound.js";
import type { Facts } from "./facts.js";
import type { Bounds, Terms } from "./terms.js";
import { judgeSoFar, type Verdict } from "./verdict.js";

/** What has ended for so long was looked at before. */
const RECENT_MS = 15_000;

/** The checks that are made all along, and what they have found so far. */
export class Along {
  /** By conversation, or by the text of what is wrong with others: found again, it counts once. */
  readonly #found = new Map<string, Partial<Verdict>>();
  readonly #terms: Terms;
  readonly #bounds: Bounds;
  readonly #mode: Mode;

  constructor(terms: Terms, bounds: Bounds, mode: Mode) {
    this.#terms = terms;
    this.#bounds = bounds;
    this.#mode = mode;
  }

  /** Says what is new. */
  look(facts: Facts): string[] {
    const now = judgeSoFar(facts, facts.to - RECENT_MS, this.#terms, this.#bounds, this.#mode);
    return [
      ...now.orphans.flatMap((one) => this.#note(`bill of ${one.conversation.id}`, { orphans: [one] })),
      ...now.overruns.flatMap((one) => this.#note(`bill of ${one.conversation.id}`, { overruns: [one] })),
      ...now.violations.flatMap((one) => this.#note(`${one.kind}: ${one.text}`, { violations: [one] })),
    ];
  }

  get count(): number {
    return this.#found.size;
  }

  verdict(): Verdict {
    const found = [...this.#found.values()];
    return {
      bills: [],
      orphans: found.flatMap(({ orphans = [] }) => orphans),
      overruns: found.flatMap(({ overruns = [] }) => overruns),
      violations: found.flatMap(({ violations = [] }) => violations),
    };
  }

  #note(what: string, found: Partial<Verdict>): string[] {
    if (this.#found.has(what)) return [];
    this.#found.set(what, found);
    return [what];
  }
}
