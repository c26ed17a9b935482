import { describe, it } from "vitest";
import { ledgerContract, plainLedger } from "../src/index.js";
import { movedClock } from "./clock.js";

describe.each([false, true])("the plain model, shared: %s", (shared) => {
  const open = async () => {
    const clock = movedClock();
    return { ledger: plainLedger({ clock, shared }), clock };
  };
  for (const { name, run } of ledgerContract({ open })) it(name, run);
});
