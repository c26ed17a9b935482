import type { Ledger } from "@equos-broker/core";
import { expect, it } from "vitest";
import { ledgerContract, plainLedger } from "../src/index.js";
import { movedClock } from "./clock.js";

/** A ledger that stops a conversation whatever delivery is meant. */
function careless(ledger: Ledger): Ledger {
  return {
    ...ledger,
    step: (name, request, context) => {
      if (name !== "stop" || !("delivery" in request)) return ledger.step(name, request, context);
      return ledger.step(name, { ...request, delivery: undefined }, context);
    },
  };
}

async function failure(seed: number): Promise<string> {
  const open = async () => {
    const clock = movedClock();
    return { ledger: careless(plainLedger({ clock })), clock };
  };
  const property = ledgerContract({ open, seed }).find(({ name }) => name.includes("one consumer's pages"));
  return (await property?.run().then(() => "", String)) ?? "";
}

it("a property that fails tells the few steps that it takes, and is the same again with its seed", async () => {
  const told = await failure(7);
  expect(told).toContain("stop: the model answers otherwise");
  expect(told).toContain("to see it again: seed 7");
  const steps = told.split("\n").filter((line) => line.includes(" → "));
  expect(steps.map((line) => line.trim().split(" ")[0])).toContain("stop");
  expect(steps.length).toBeLessThan(6);
  expect(await failure(7)).toBe(told);
});

it("every case closes the ledger that it opened", async () => {
  let opened = 0;
  let closed = 0;
  const open = async () => {
    const clock = movedClock();
    opened += 1;
    const close = () => {
      closed += 1;
    };
    return { ledger: careless(plainLedger({ clock })), clock, close };
  };
  for (const { run } of ledgerContract({ open, runs: 5, seed: 1 })) await run().catch(() => undefined);
  expect(opened).toBeGreaterThan(200);
  expect(closed).toBe(opened);
});
