import type { Ledger, LedgerRecord, StepContext, StepName, StepResult } from "@equos-broker/core";
import { proposal } from "../desk.js";
import type { Call, Known } from "./calls.js";
import { Numbers } from "./numbers.js";

/** One of the two ledgers that the commands go to, with what goes with every step. */
export class Player implements Known {
  records: ReadonlyMap<string, LedgerRecord> = new Map();
  readonly numbers = new Numbers();
  readonly #ledger: Ledger;
  readonly #id: string;
  #seen = 0;

  private constructor(ledger: Ledger, id: string) {
    this.#ledger = ledger;
    this.#id = id;
  }

  static async open(ledger: Ledger): Promise<Player> {
    const { id, now } = await ledger.open(proposal);
    const player = new Player(ledger, id);
    if (ledger.shared) await player.result({ step: "recovered", request: {} }, player.context(now));
    return player;
  }

  /** A step is late when it comes more than 8 s after it was first sent. */
  context(now: number): StepContext {
    return { ledger: this.#id, notAfter: now + 8000, seen: this.#seen };
  }

  /** What the step came to; or how it was refused. */
  async result({ step, request }: Call, context: StepContext): Promise<StepResult<StepName> | "late" | "lost"> {
    const answer = await this.#ledger.step(step, request, context);
    if ("refused" in answer) return answer.refused;
    this.#seen = Math.max(this.#seen, answer.sequence);
    return answer.result;
  }

  /** Reads all these reservations, and remembers them. */
  async look(reservations: readonly string[], now: number): Promise<unknown> {
    const result = await this.result({ step: "lookUp", request: { reservations } }, this.context(now));
    const { records } = result as StepResult<"lookUp">; // What `lookUp` answers.
    this.records = new Map(records.map((record) => [record.reservation, record]));
    for (const record of records) this.numbers.note(record);
    return result;
  }
}
