import type { ContractCase, LedgerContractOptions, OpenedLedger } from "./contract.js";
import { Desk } from "./desk.js";

/** A case before it knows the ledger that it is about. */
export interface Case {
  readonly name: string;
  run(opened: OpenedLedger): Promise<void>;
}

/** Cases at a desk: opened books that take starts. */
export function cases(group: string, list: Readonly<Record<string, (desk: Desk) => Promise<void>>>): Case[] {
  return Object.entries(list).map(([name, run]) => ({
    name: `${group}: ${name}`,
    run: async (opened) => run(await Desk.at(opened)),
  }));
}

/** Cases about a ledger that nobody has opened yet. */
export function casesBeforeOpen(
  group: string,
  list: Readonly<Record<string, (opened: OpenedLedger) => Promise<void>>>,
): Case[] {
  return Object.entries(list).map(([name, run]) => ({ name: `${group}: ${name}`, run }));
}

export function withLedger({ name, run }: Case, { open }: LedgerContractOptions): ContractCase {
  return {
    name,
    run: async () => {
      const opened = await open();
      try {
        await run(opened);
      } finally {
        await opened.close?.();
      }
    },
  };
}
