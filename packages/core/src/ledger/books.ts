import type { Clock } from "../clock.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import type { Digests } from "../digests.js";
import { BrokerError } from "../errors.js";
import type { Ledger, LedgerIdentity } from "./ledger.js";
import type { Settling } from "./settling.js";
import type { StepName, StepRequest, StepResult } from "./steps.js";

export interface BooksSurroundings {
  readonly clock: Clock;
  /** A ledger that is slower than this is down. */
  readonly seconds: number;
  readonly settling: Settling;
  /** Called when these turn out to be no longer the books that the ledger keeps. */
  lost(): void;
}

/**
 * The books of one ledger, opened: their id, their digests, and steps that end in time. Whoever has begun an operation
 * with them ends it with them: if they are lost meanwhile, its steps are refused instead of landing in other books.
 */
export class Books {
  readonly id: string;
  readonly digests: Digests;
  readonly #ledger: Ledger;
  readonly #with: BooksSurroundings;
  /** The ledger's clock minus ours, as of the latest answer. */
  #ahead: number;
  #seen = 0;

  constructor(ledger: Ledger, identity: LedgerIdentity, digests: Digests, surroundings: BooksSurroundings) {
    this.id = identity.id;
    this.digests = digests;
    this.#ledger = ledger;
    this.#with = surroundings;
    this.#ahead = identity.now - surroundings.clock.now();
  }

  /** The ledger's clock, as far as we know it. */
  get now(): number {
    return this.#with.clock.now() + this.#ahead;
  }

  /** @throws BrokerError `ledger-unavailable`, after `seconds` at the latest */
  async step<S extends StepName>(name: S, request: StepRequest<S>): Promise<StepResult<S>> {
    const first = await this.#ask(name, request);
    // Our idea of its clock was wrong, which its answer has put right; nothing was done.
    const answer = "refused" in first && first.refused === "late" ? await this.#ask(name, request) : first;
    if ("result" in answer) {
      this.#seen = Math.max(this.#seen, answer.sequence);
      if ("reservation" in request && typeof request.reservation === "string") {
        this.#with.settling.notify(request.reservation);
      }
      return answer.result;
    }
    if (answer.refused === "lost") this.#with.lost();
    throw unavailable(`The ledger refused ${name} as ${answer.refused}`);
  }

  async #ask<S extends StepName>(name: S, request: StepRequest<S>) {
    const { clock, seconds } = this.#with;
    const context = { ledger: this.id, notAfter: this.now + seconds * 1000, seen: this.#seen };
    const answer = await bounded(clock, seconds, name, () => this.#ledger.step(name, request, context));
    this.#ahead = answer.now - clock.now();
    return answer;
  }
}

/** A step's answer, or `ledger-unavailable` for a failure or a hang. */
export async function bounded<T>(clock: Clock, seconds: number, name: string, step: () => T | Promise<T>): Promise<T> {
  const outcome = await outcomeWithin(clock, seconds, step).catch((cause: unknown) => {
    throw unavailable(`The ledger failed at ${name}`, cause);
  });
  if (outcome === timeOver) throw unavailable(`The ledger took too long for ${name}`);
  return outcome;
}

export const unavailable = (hint: string, cause?: unknown) =>
  new BrokerError("ledger-unavailable", { hint, retryAfterSeconds: 5, cause });
