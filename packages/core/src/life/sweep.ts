import { within } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import { happened, who } from "./announce.js";
import { announceEnd, stopUpstream } from "./end.js";
import { seeIfJoined } from "./look.js";

/** Records that may be in hand at the same time; one that hangs must not hold up the others. */
const AT_ONCE = 100;
/** Longer than anything in here takes but a large organization's list. */
const LOST_SECONDS = 60;

/** Takes from the ledger what time has made due, and sees to it. */
export class Sweep {
  readonly #parts: Parts;
  /** Each with when it counts as lost: a platform may end a request with all that it has begun. */
  readonly #underWay = new Map<Promise<unknown>, number>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins what is due, without waiting for it. Says whether there is, or will be, more. */
  async begin(): Promise<boolean> {
    const books = await this.#parts.books();
    this.#forgetLost();
    const { records, pending, joinSeen, recovering, damaged } = await books.step("due", {
      limit: Math.max(1, AT_ONCE - this.#underWay.size),
    });
    for (const reservation of damaged) this.#reportDamage(reservation);
    const unknown = records.filter(({ state }) => state === "unknown");
    if (unknown.length > 0) this.#start(this.#parts.findUnknowns(books, unknown));
    for (const record of records) if (record.state !== "unknown") this.#start(this.#see(books, record, joinSeen));
    if (recovering || damaged.length > 0) this.#start(this.#parts.recover(books));
    else this.#start(this.#parts.reconcileRegularly(books));
    return pending || this.#underWay.size > 0;
  }

  /** Resolves when everything that has begun is through, or lost. */
  async finish(): Promise<void> {
    await within(this.#parts.clock, LOST_SECONDS, Promise.allSettled(this.#underWay.keys()));
  }

  #forgetLost(): void {
    const now = this.#parts.clock.now();
    for (const [task, lostAt] of this.#underWay) if (lostAt <= now) this.#underWay.delete(task);
  }

  async #see(books: Books, record: LedgerRecord, joinSeen: boolean): Promise<void> {
    const parts = this.#parts;
    if (record.state === "stopping") await stopUpstream(parts, books, record);
    else if (record.state === "running") await seeIfJoined(parts, books, record, joinSeen);
    else if (record.conversation !== undefined) await announceEnd(parts, books, record);
    else parts.emit({ ...happened(parts), ...(await who(parts, books, record)), type: "start.given-up" });
  }

  #start(task: Promise<unknown>): void {
    const seen = this.#parts.track(task).catch((error: unknown) => {
      // It comes up again when its lease is over.
      const reason = error instanceof Error ? error.message : "unknown";
      this.#parts.logger.error({ error: reason }, "Something due could not be seen to");
    });
    this.#underWay.set(seen, this.#parts.clock.now() + LOST_SECONDS * 1000);
    void seen.finally(() => this.#underWay.delete(seen));
  }

  #reportDamage(reservation: string): void {
    this.#parts.logger.error({ reservation }, "An entry of the ledger could not be read and was dropped");
    this.#parts.emit({ ...happened(this.#parts), type: "ledger.damaged", reservation });
  }
}
