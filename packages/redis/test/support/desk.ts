import type {
  Answer,
  Ledger,
  LedgerRecord,
  Meter,
  ReserveRequest,
  StepContext,
  StepName,
  StepRequest,
  StepResult,
  Terms,
} from "@equos-broker/core";

export const terms: Terms = { settleMs: 90_000, holdMs: 60_000, joinMs: 45_000, leaseMs: 30_000 };

/** Time that a test moves. Not where Redis' own clock is meant. */
export class TestClock {
  #now = 1_750_000_000_000;
  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
  // Ledgers set no timers.
  setTimeout(): void {}
  clearTimeout(): void {}
}

export const meter = (more: Partial<Meter> = {}): Meter => ({
  name: "seconds",
  key: "seconds of ann",
  unit: "seconds",
  max: 3600,
  windowMs: 3_600_000,
  ...more,
});

/** `ann-2` is a reservation of `ann`. */
export const reserveRequest = (reservation: string, more: Partial<ReserveRequest> = {}): ReserveRequest => ({
  reservation,
  consumer: reservation.replace(/-.*/, ""),
  fingerprint: "guide",
  payload: "sealed order",
  maxSeconds: 600,
  minSeconds: 30,
  fresh: false,
  same: "resume",
  other: "replace",
  maxWaiting: 3,
  active: 1,
  meters: [],
  checkMs: 5000,
  terms,
  ...more,
});

export const commitRequest = (reservation: string): StepRequest<"commit"> => ({
  reservation,
  conversation: `conversation of ${reservation}`,
  token: `token of ${reservation}`,
  payload: "sealed grant",
  maxSeconds: 600,
});

/** Opened books, and the short way to say what nearly all tests say. */
export class Desk {
  readonly ledger: Ledger;
  readonly id: string;
  seen = 0;

  private constructor(ledger: Ledger, id: string) {
    this.ledger = ledger;
    this.id = id;
  }

  /** Opens the books, and takes them for complete. */
  static async at(ledger: Ledger): Promise<Desk> {
    const desk = await Desk.opened(ledger);
    await desk.step("recovered", {});
    return desk;
  }

  static async opened(ledger: Ledger): Promise<Desk> {
    const { id } = await ledger.open({ nonce: "nonce123", key: "sealed key" });
    return new Desk(ledger, id);
  }

  context(more: Partial<StepContext> = {}): StepContext {
    return { ledger: this.id, notAfter: Number.MAX_SAFE_INTEGER, seen: this.seen, ...more };
  }

  async answer<S extends StepName>(
    name: S,
    request: StepRequest<S>,
    more: Partial<StepContext> = {},
  ): Promise<Answer<StepResult<S>>> {
    const answer = await this.ledger.step(name, request, this.context(more));
    if ("sequence" in answer) this.seen = Math.max(this.seen, answer.sequence);
    return answer;
  }

  async step<S extends StepName>(name: S, request: StepRequest<S>): Promise<StepResult<S>> {
    const answer = await this.answer(name, request);
    if ("refused" in answer) throw new Error(`${name} was refused as ${answer.refused}`);
    return answer.result;
  }

  async start(reservation: string, more: Partial<ReserveRequest> = {}): Promise<LedgerRecord> {
    const reserved = await this.step("reserve", reserveRequest(reservation, more));
    if (reserved.outcome !== "reserved") throw new Error(`${reservation} is ${reserved.outcome}`);
    const committed = await this.step("commit", commitRequest(reservation));
    if (committed?.moved !== true) throw new Error(`${reservation} was not committed`);
    return committed.record;
  }

  async record(reservation: string): Promise<LedgerRecord | undefined> {
    return (await this.step("lookUp", { reservations: [reservation] })).records[0];
  }
}
