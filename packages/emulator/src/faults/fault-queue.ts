import { createHash } from "node:crypto";
import type { OperationName } from "@equos-broker/api";
import { operations } from "../generated/document.js";
import type { Fault, FaultedRequest } from "./fault.js";

/** What a fault is queued for: one operation, or the next request whatever it asks. */
export type FaultTarget = OperationName | "any";

/** The faults that wait for their requests. */
export interface FaultQueue {
  /**
   * The next request of this operation that matches meets the fault; faults are met in the order they were queued.
   *
   * @throws TypeError when there is no such operation; RangeError when `status`, `times` or `probability` is none
   */
  queue(target: FaultTarget, fault: Fault): void;
  /** Forgets the faults not met yet, of one operation or of all. */
  clear(target?: FaultTarget): void;
  /** How many queued faults have not been used up; a test that ends above 0 did not test what it meant to. */
  pending(): number;
}

interface Waiting {
  readonly target: FaultTarget;
  readonly fault: Fault;
  left: number;
}

/** Numbers from 0 to 1 that follow from a seed. */
function randomFrom(seed: number): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash("sha256").update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
}

export class Faults implements FaultQueue {
  readonly #seed: number;
  #random: () => number;
  #waiting: Waiting[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = randomFrom(seed);
  }

  queue(target: FaultTarget, fault: Fault): void {
    if (target !== "any" && !Object.hasOwn(operations, target)) {
      throw new TypeError(
        `there is no operation ${target}; faults take "any" or ${Object.keys(operations).join(", ")}`,
      );
    }
    const { probability, status } = fault;
    if (status !== undefined && !(status >= 200 && status <= 599)) {
      throw new RangeError(`a fault's status is from 200 to 599, not ${status}`);
    }
    if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
      throw new RangeError(`a fault's probability is from 0 to 1, not ${probability}`);
    }
    const times = fault.times ?? (probability === undefined ? 1 : Number.POSITIVE_INFINITY);
    if (!(times >= 1)) throw new RangeError(`a fault's times is 1 or more, not ${times}`);
    this.#waiting.push({ target, fault, left: times });
  }

  clear(target?: FaultTarget): void {
    this.#waiting = target === undefined ? [] : this.#waiting.filter((waiting) => waiting.target !== target);
  }

  pending(): number {
    return this.#waiting.length;
  }

  /** What waits, in its order. */
  list(): readonly Readonly<Waiting>[] {
    return this.#waiting;
  }

  /** Forgets everything, and draws the same lots again. */
  reset(): void {
    this.#waiting = [];
    this.#random = randomFrom(this.#seed);
  }

  /** The fault that this request meets, used up by one. */
  take(request: FaultedRequest): Fault | undefined {
    if (this.#waiting.length === 0) return undefined;
    const met = this.#waiting.find(
      ({ target, fault }) =>
        (target === "any" || target === request.operation) &&
        (fault.when?.(request) ?? true) &&
        (fault.probability === undefined || this.#random() < fault.probability),
    );
    if (met === undefined) return undefined;
    met.left -= 1;
    if (met.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== met);
    return met.fault;
  }
}
