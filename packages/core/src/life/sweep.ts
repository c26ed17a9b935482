import type { LedgerRecord } from "../ledger/ledger.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

/** Stops that may be under way at the same time; one that hangs must not hold up the others. */
const AT_ONCE = 100;

/** Takes from the ledger what time has made due, and sees to it. */
export class Sweep {
  readonly #parts: Parts;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins what is due, without waiting for it. Says whether there is, or will be, more. */
  async begin(): Promise<boolean> {
    const { records, pending } = await this.#parts.ledger.due(AT_ONCE - this.#underWay.size);
    for (const record of records) this.#stop(record);
    return pending || this.#underWay.size > 0;
  }

  /** Resolves when everything that has begun is through. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  #stop(record: LedgerRecord): void {
    const { reservation } = record;
    if (this.#underWay.has(reservation)) return;
    const stopping = this.#parts.track(stopUpstream(this.#parts, record)).catch((error: unknown) => {
      // It stays due.
      this.#parts.logger.error(
        { reservation, error: error instanceof Error ? error.message : "unknown" },
        "A stop failed",
      );
    });
    this.#underWay.set(
      reservation,
      stopping.finally(() => this.#underWay.delete(reservation)),
    );
  }
}
