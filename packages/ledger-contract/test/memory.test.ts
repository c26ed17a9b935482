import { memoryLedger } from "@equos-broker/core";
import { describe, it } from "vitest";
import { ledgerContract } from "../src/index.js";
import { movedClock } from "./clock.js";

describe("memoryLedger", () => {
  const open = async () => {
    const clock = movedClock();
    const timers = { setTimeout: () => undefined, clearTimeout: () => undefined };
    return { ledger: memoryLedger({ clock: { now: clock.now, ...timers } }), clock };
  };
  for (const { name, run } of ledgerContract({ open })) it(name, run);
});
