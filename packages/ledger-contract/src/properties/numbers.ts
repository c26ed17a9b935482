import type { LedgerRecord } from "@equos-broker/core";

interface Known {
  readonly reservedAt: number;
  /** What it had before its first delivery, and then each delivery's number. */
  readonly numbers: number[];
}

/**
 * The delivery numbers of one ledger. Where they begin, and how they go on while two conversations of a consumer run
 * side by side, is the ledger's own affair: what is compared is which delivery of its conversation a number means.
 */
export class Numbers {
  readonly #known = new Map<string, Known>();

  note({ reservation, reservedAt, deliveries }: LedgerRecord): void {
    const known = this.#known.get(reservation);
    if (known === undefined || known.reservedAt !== reservedAt) {
      this.#known.set(reservation, { reservedAt, numbers: [deliveries] });
    } else if (!known.numbers.includes(deliveries)) known.numbers.push(deliveries);
  }

  /** Which delivery of this conversation it is: 1 is the first one. */
  which(reservation: string, number: number): number {
    return this.#known.get(reservation)?.numbers.indexOf(number) ?? -1;
  }

  /** The number of its latest delivery, or of one before that; where there is none, one that no ledger gives. */
  number(reservation: string, before = 0): number {
    const numbers = this.#known.get(reservation)?.numbers ?? [];
    return numbers.at(-1 - before) ?? -1;
  }
}
