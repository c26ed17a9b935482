import { withLedger } from "./case.js";
import { handCases } from "./cases/all.js";
import type { ContractCase, LedgerContractOptions } from "./contract.js";
import { propertiesOf } from "./properties/properties.js";

export type { ContractCase, ContractClock, LedgerContractOptions, OpenedLedger } from "./contract.js";
export { type PlainLedgerOptions, plainLedger } from "./model/plain-ledger.js";

/**
 * The contract of a ledger: cases for any test runner, each on a fresh ledger of its own.
 *
 * @example
 * ```ts
 * const open = async () => {
 *   const clock = movedByHand();
 *   return { ledger: myLedger({ clock }), clock };
 * };
 * for (const { name, run } of ledgerContract({ open })) it(name, run);
 * ```
 */
export function ledgerContract(options: LedgerContractOptions): ContractCase[] {
  return [...handCases.map((item) => withLedger(item, options)), ...propertiesOf(options)];
}
