import type { Clock } from "../clock.js";
import type { ConversationState } from "../ledger/states.js";
import { SharedWork } from "../shared-work.js";

/** A few thousand at most are worth remembering. */
const MAX_IN_VAIN = 10_000;

/** The stops of this process, by reservation: one at a time for each, and those that were not confirmed. */
export class Stops {
  readonly #stopping: SharedWork<string, ConversationState>;
  readonly #inVain = new Set<string>();

  /** `seconds`: as long as a stop takes at most. */
  constructor(clock: Clock, seconds: number) {
    this.#stopping = new SharedWork(clock, seconds);
  }

  underWay(reservation: string): boolean {
    return this.#stopping.underWay(reservation);
  }

  /** Whether this process has asked Equos to stop it, and got no confirmation. */
  wasInVain(reservation: string): boolean {
    return this.#inVain.has(reservation);
  }

  /** Whoever wants the same conversation stopped meanwhile waits for this stop. */
  once(reservation: string, stop: () => Promise<ConversationState>): Promise<ConversationState> {
    return this.#stopping.run(reservation, async () => {
      const state = await stop();
      this.#inVain.delete(reservation);
      if (this.#inVain.size >= MAX_IN_VAIN) this.#inVain.clear();
      if (state === "stopping") this.#inVain.add(reservation);
      return state;
    });
  }
}
