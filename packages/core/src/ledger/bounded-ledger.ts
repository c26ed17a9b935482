import type { Clock } from "../clock.js";
import { timeOver, within } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Ledger } from "./ledger.js";

/** A ledger that is slower than this is down. */
const STEP_SECONDS = 5;

/** The same ledger, whose every step ends in time: a failure or a hang is a `BrokerError` `ledger-unavailable`. */
export function boundedLedger(ledger: Ledger, clock: Clock): Ledger {
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const outcome = await within(clock, STEP_SECONDS, Promise.resolve().then(run)).catch((cause: unknown) => {
      throw new BrokerError("ledger-unavailable", {
        hint: `The ledger failed at ${name}`,
        retryAfterSeconds: 5,
        cause,
      });
    });
    if (outcome !== timeOver) return outcome;
    throw new BrokerError("ledger-unavailable", { hint: `The ledger took too long for ${name}`, retryAfterSeconds: 5 });
  };
  return {
    identity: () => step("identity", () => ledger.identity()),
    now: () => step("now", () => ledger.now()),
    reserve: (request) => step("reserve", () => ledger.reserve(request)),
    commit: (request) => step("commit", () => ledger.commit(request)),
    doubt: (...args) => step("doubt", () => ledger.doubt(...args)),
    found: (...args) => step("found", () => ledger.found(...args)),
    stop: (...args) => step("stop", () => ledger.stop(...args)),
    end: (...args) => step("end", () => ledger.end(...args)),
    leave: (...args) => step("leave", () => ledger.leave(...args)),
    abandon: (...args) => step("abandon", () => ledger.abandon(...args)),
    unwait: (...args) => step("unwait", () => ledger.unwait(...args)),
    touch: (...args) => step("touch", () => ledger.touch(...args)),
    liveOf: (...args) => step("liveOf", () => ledger.liveOf(...args)),
    byConversation: (...args) => step("byConversation", () => ledger.byConversation(...args)),
    byToken: (...args) => step("byToken", () => ledger.byToken(...args)),
    live: () => step("live", () => ledger.live()),
    // Waits as long as the caller says, by its signal.
    settled: (...args) => ledger.settled(...args),
    due: (...args) => step("due", () => ledger.due(...args)),
  };
}
