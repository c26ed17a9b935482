import { type Ledger, memoryLedger, type StepName } from "@equos-broker/core";
import { manualClock } from "@equos-broker/emulator";

/** A ledger that notes what it said to each reservation. */
export function watched(outcomes: string[]): Ledger {
  const ledger = memoryLedger({ clock: manualClock() });
  return {
    shared: false,
    open: (proposal) => ledger.open(proposal),
    step: async (name, request, context) => {
      const answer = await ledger.step(name, request, context);
      if ("result" in answer && answer.result && "outcome" in answer.result) outcomes.push(answer.result.outcome);
      return answer;
    },
  };
}

/** A ledger one step of which goes wrong. */
export function broken(step: StepName | "open", how: () => Promise<never>): Ledger {
  const ledger = memoryLedger({ clock: manualClock() });
  return {
    shared: false,
    open: (proposal) => (step === "open" ? how() : ledger.open(proposal)),
    step: (name, request, context) => (name === step ? how() : ledger.step(name, request, context)),
  };
}
