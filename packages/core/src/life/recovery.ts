import { pause } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { Parts } from "../parts.js";
import { happened } from "./announce.js";
import { reconcile } from "./reconcile.js";

/** A server that dies while it goes through Equos' list leaves the duty to another one. */
const DUTY_MS = 30_000;
const ASK_AGAIN_MS = 500;

/** Finds again what runs after the books, or their latest pages, were lost. One server does it at a time. */
export class Recovery {
  #holder: string | undefined;
  #underWay: Promise<void> | undefined;

  /** Resolves when this server is through, or another one may be; rejects if Equos or the ledger cannot be asked. */
  run(parts: Parts, books: Books): Promise<void> {
    this.#underWay ??= this.#run(parts, books).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #run(parts: Parts, books: Books): Promise<void> {
    this.#holder ??= crypto.randomUUID();
    const duty = { name: "recovery", holder: this.#holder, ms: DUTY_MS };
    const { granted } = await books.step("lease", duty);
    if (!granted) return await pause(parts.clock, ASK_AGAIN_MS);
    parts.emit({ ...happened(parts), type: "ledger.recovering" });
    try {
      await reconcile(parts, books, {});
      await books.step("recovered", {});
      parts.emit({ ...happened(parts), type: "ledger.recovered" });
    } finally {
      await books.step("lease", { ...duty, ms: 0 }).catch(() => undefined);
    }
  }
}
