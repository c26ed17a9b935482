import type { Ledger } from "@equos-broker/core";

/** The time that a ledger under test goes by. It stands still but for `advance`. */
export interface ContractClock {
  /** In ms, as the ledger sees it. */
  now(): number;
  advance(milliseconds: number): void | Promise<void>;
}

/** A fresh, empty ledger that nobody has opened yet. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly clock: ContractClock;
  /** Other handles on the same books (other connections): the cases about races use them in turn. */
  readonly others?: readonly Ledger[];
  close?(): void | Promise<void>;
}

/** What the contract needs of the ledger under test. */
export interface LedgerContractOptions {
  /** Called once by each case, and once for each run of a property. */
  open(): Promise<OpenedLedger>;
  /** How often each property is tried. Default 100. */
  readonly runs?: number;
  /** Makes the properties take the same commands again; a failure names it. Default: another one each time. */
  readonly seed?: number;
}

/** One case of the contract, for any test runner. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}
