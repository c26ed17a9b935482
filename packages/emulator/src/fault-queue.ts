import type { Fault, FaultedRequest } from "./fault.js";
import type { OperationName } from "./operation-name.js";

/** The faults that wait for their requests. */
export interface FaultQueue {
  /** The next request of this operation that matches meets the fault; faults of one operation are met in order. */
  queue(operation: OperationName, fault: Fault): void;
  /** Forgets the faults not met yet, of one operation or of all. */
  clear(operation?: OperationName): void;
  /** How many queued faults have not been used up; a test that ends above 0 did not test what it meant to. */
  pending(): number;
}

interface Waiting {
  readonly operation: OperationName;
  readonly fault: Fault;
  left: number;
}

export class Faults implements FaultQueue {
  #waiting: Waiting[] = [];

  queue(operation: OperationName, fault: Fault): void {
    const times = fault.times ?? 1;
    if (!(times >= 1)) throw new RangeError(`a fault's times is 1 or more, not ${times}`);
    this.#waiting.push({ operation, fault, left: times });
  }

  clear(operation?: OperationName): void {
    this.#waiting = operation === undefined ? [] : this.#waiting.filter((waiting) => waiting.operation !== operation);
  }

  pending(): number {
    return this.#waiting.length;
  }

  /** The fault that this request meets, used up by one. */
  take(request: FaultedRequest): Fault | undefined {
    const met = this.#waiting.find(
      ({ operation, fault }) => operation === request.operation && (fault.when?.(request) ?? true),
    );
    if (met === undefined) return undefined;
    met.left -= 1;
    if (met.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== met);
    return met.fault;
  }
}
