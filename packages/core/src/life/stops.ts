import type { ConversationState } from "../ledger/states.js";

/** A few thousand at most are worth remembering. */
const MAX_IN_VAIN = 10_000;

/** The stops of this process, by reservation: one at a time for each, and those that were not confirmed. */
export class Stops {
  readonly #underWay = new Map<string, Promise<ConversationState>>();
  readonly #inVain = new Set<string>();

  underWay(reservation: string): Promise<ConversationState> | undefined {
    return this.#underWay.get(reservation);
  }

  /** Whether this process has asked Equos to stop it, and got no confirmation. */
  wasInVain(reservation: string): boolean {
    return this.#inVain.has(reservation);
  }

  /** Whoever wants the same conversation stopped meanwhile waits for this stop. */
  once(reservation: string, stop: () => Promise<ConversationState>): Promise<ConversationState> {
    const underWay = this.#underWay.get(reservation);
    if (underWay !== undefined) return underWay;
    const stopping = stop()
      .then((state) => {
        this.#inVain.delete(reservation);
        if (this.#inVain.size >= MAX_IN_VAIN) this.#inVain.clear();
        if (state === "stopping") this.#inVain.add(reservation);
        return state;
      })
      .finally(() => this.#underWay.delete(reservation));
    this.#underWay.set(reservation, stopping);
    return stopping;
  }
}
