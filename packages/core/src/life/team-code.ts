import { outcomeWithin, timeOver } from "../deadline.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Parts } from "../parts.js";

/** Runs a function of the team's: for a limited time, and a throw is theirs, not the caller's. */
export async function teamCode<T>(parts: Parts, option: string, run: () => T | Promise<T>): Promise<T> {
  try {
    const outcome = await outcomeWithin(parts.clock, parts.timeouts.conversationSeconds, run);
    if (outcome !== timeOver) return outcome;
  } catch (error) {
    if (isBrokerError(error)) throw error;
    throw new BrokerError("conversation-failed", { hint: `The option ${option} threw`, cause: error });
  }
  const seconds = parts.timeouts.conversationSeconds;
  throw new BrokerError("conversation-timeout", { hint: `The option ${option} took more than ${seconds} s` });
}
