import { type Clock, type Ledger, memoryLedger, type StepName } from "@equos-broker/core";
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

/** When a step goes wrong: before it is taken, or after, with its answer lost. */
export type Mishap = (name: StepName, nth: number) => "untaken" | "answer lost" | undefined;

/** A ledger on the given time, which has mishaps. */
export function unlucky(clock: () => Clock, mishap: Mishap): Ledger {
  const now = () => clock().now();
  const ledger = memoryLedger({ clock: { now, setTimeout: () => 0, clearTimeout: () => undefined } });
  const counts = new Map<StepName, number>();
  return {
    shared: false,
    open: (proposal) => ledger.open(proposal),
    step: async (name, request, context) => {
      const nth = (counts.get(name) ?? 0) + 1;
      counts.set(name, nth);
      const what = mishap(name, nth);
      if (what === "untaken") throw new Error("down");
      const answer = await ledger.step(name, request, context);
      if (what === "answer lost") throw new Error("reset");
      return answer;
    },
  };
}
