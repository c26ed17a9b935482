import type { Clock } from "../clock.js";
import { pause } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { Parts } from "../parts.js";
import { SharedWork } from "../shared-work.js";
import { happened } from "./announce.js";
import { reconcile } from "./reconcile.js";
import { termsOf } from "./terms.js";

/** A server that dies while it goes through Equos' list leaves the duty to another one. */
const DUTY_MS = 30_000;
/** Going through the list of a large organization takes its time. */
const LOST_SECONDS = 60;
const ASK_AGAIN_MS = 500;
/** A regular look at Equos' list comes after so many times the longest that a start can be on its way. */
const EVERY_SETTLEMENTS = 3;
/** With segments of the team's own the whole organization is listed: about once in an hour. */
const EVERY_SETTLEMENTS_OF_ALL = 36;
const AFTER_FAILURE_MS = 10_000;

const everyMsOf = (parts: Parts): number =>
  (parts.options.client === undefined ? EVERY_SETTLEMENTS : EVERY_SETTLEMENTS_OF_ALL) * termsOf(parts).settleMs;

/**
 * Finds again what runs after the books, or their latest pages, were lost; one server does it at a time. And looks at
 * Equos' list now and then all the same: for what was created after the recovery had looked, and for losses that nobody
 * who knew of them has outlived.
 */
export class Recovery {
  #holder: string | undefined;
  readonly #underWay: SharedWork<"recovery" | "regular", void>;
  #lookAgainAt = 0;
  /** After a recovery: when what had been sent before it must have been created. */
  #afterLossAt: number | undefined;

  constructor(clock: Clock) {
    this.#underWay = new SharedWork(clock, LOST_SECONDS);
  }

  /** Resolves when this server is through, or another one may be; rejects if Equos or the ledger cannot be asked. */
  run(parts: Parts, books: Books): Promise<void> {
    return this.#underWay.run("recovery", () => this.#run(parts, books));
  }

  /** To be called often. Rarely does anything. */
  regularly(parts: Parts, books: Books): Promise<void> {
    return this.#underWay.run("regular", () => this.#now(parts, books));
  }

  async #now(parts: Parts, books: Books): Promise<void> {
    const now = parts.clock.now();
    if (this.#afterLossAt !== undefined && now >= this.#afterLossAt) {
      // If it fails it is tried again.
      this.#afterLossAt = now + AFTER_FAILURE_MS;
      await reconcile(parts, books, {});
      this.#afterLossAt = undefined;
    }
    if (now < this.#lookAgainAt) return;
    const everyMs = everyMsOf(parts);
    this.#lookAgainAt = now + AFTER_FAILURE_MS;
    const duty = { name: "reconcile", holder: this.#id(), ms: everyMs * 0.9 };
    if ((await books.step("lease", duty)).granted) await this.#look(parts, books, duty);
    this.#lookAgainAt = now + everyMs;
  }

  /** A look that fails leaves the duty to whoever comes next. */
  async #look(parts: Parts, books: Books, duty: { name: string; holder: string; ms: number }): Promise<void> {
    try {
      await reconcile(parts, books, {});
    } catch (error) {
      await books.step("lease", { ...duty, ms: 0 }).catch(() => undefined);
      throw error;
    }
  }

  #id(): string {
    this.#holder ??= crypto.randomUUID();
    return this.#holder;
  }

  async #run(parts: Parts, books: Books): Promise<void> {
    const duty = { name: "recovery", holder: this.#id(), ms: DUTY_MS };
    const { granted } = await books.step("lease", duty);
    if (!granted) return await pause(parts.clock, ASK_AGAIN_MS);
    parts.emit({ ...happened(parts), type: "ledger.recovering" });
    try {
      await reconcile(parts, books, {});
      await books.step("recovered", {});
      this.#afterLossAt = parts.clock.now() + termsOf(parts).settleMs;
      parts.emit({ ...happened(parts), type: "ledger.recovered" });
    } finally {
      await books.step("lease", { ...duty, ms: 0 }).catch(() => undefined);
    }
  }
}
