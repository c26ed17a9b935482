import fc from "fast-check";
import type { ContractCase, LedgerContractOptions } from "../contract.js";
import { commandsOf } from "./commands.js";
import { mixes } from "./mixes.js";
import { play } from "./play.js";

/** Arbitrary commands: the ledger answers what the plain model answers. */
export function propertiesOf({ open, runs = 100, seed }: LedgerContractOptions): ContractCase[] {
  return Object.entries(mixes).map(([name, mix]) => ({
    name: `like the model: ${name}`,
    run: async () => {
      const property = fc.asyncProperty(commandsOf(mix), (commands) => play(open, commands, mix.callers));
      const details = await fc.check(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
      if (!details.failed) return;
      const { errorInstance, numRuns, numShrinks } = details;
      const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
      throw new Error(
        `${what}\n\nrun ${numRuns}, made shorter ${numShrinks} times; to see it again: seed ${details.seed}`,
      );
    },
  }));
}
