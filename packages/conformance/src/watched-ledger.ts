import type { Ledger, ReserveOutcome } from "@equos-broker/core";

/** The same ledger, which tells what it said to each reservation. */
export function watchedLedger(ledger: Ledger, tell: (outcome: ReserveOutcome) => void): Ledger {
  return {
    shared: ledger.shared,
    open: (proposal) => ledger.open(proposal),
    step: async (name, request, context) => {
      const answer = await ledger.step(name, request, context);
      // The answer to a reservation is a reservation's.
      if (name === "reserve" && "result" in answer) tell(answer.result as ReserveOutcome);
      return answer;
    },
  };
}
