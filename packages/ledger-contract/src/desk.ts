import type {
  Answer,
  Ledger,
  LedgerClaim,
  LedgerIdentity,
  LedgerRecord,
  Meter,
  ReserveOutcome,
  ReserveRequest,
  StepContext,
  StepName,
  StepRequest,
  StepResult,
  Terms,
} from "@equos-broker/core";
import type { OpenedLedger } from "./contract.js";
import { fail, ok } from "./expect.js";

export const terms: Terms = { settleMs: 90_000, holdMs: 60_000, joinMs: 45_000, leaseMs: 30_000 };
export const proposal = { nonce: "nonce123", key: "key text" };
/** Longer than all the time limits of a step, and no step's business. */
export const stepMs = 10_000;

type Reserved = Extract<ReserveOutcome, { outcome: "reserved" }>;
type Resumed = Extract<ReserveOutcome, { outcome: "resumed" }>;

/** `ann-2` is a reservation of `ann`. */
export const consumerOf = (reservation: string): string => reservation.replace(/-.*/, "");
export const conversationOf = (reservation: string): string => `conversation of ${reservation}`;
export const tokenOf = (reservation: string): string => `token of ${reservation}`;

export function reserveRequest(reservation: string, more: Partial<ReserveRequest> = {}): ReserveRequest {
  return {
    reservation,
    consumer: consumerOf(reservation),
    fingerprint: "guide",
    payload: `payload of ${reservation}`,
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
  };
}

export function commitRequest(reservation: string, more: Partial<StepRequest<"commit">> = {}): StepRequest<"commit"> {
  return {
    reservation,
    conversation: conversationOf(reservation),
    token: tokenOf(reservation),
    payload: `grant of ${reservation}`,
    maxSeconds: 600,
    ...more,
  };
}

export const meter = (more: Partial<Meter> = {}): Meter => ({
  name: "starts",
  key: "starts of all",
  unit: "starts",
  max: 2,
  windowMs: 60_000,
  ...more,
});

/** What a case works at: one opened ledger, and short ways to say what nearly all cases say. */
export class Desk {
  readonly #opened: OpenedLedger;
  readonly #known = new Set<string>();
  readonly identity: LedgerIdentity;
  #seen = 0;
  #turn = 0;

  constructor(opened: OpenedLedger, identity: LedgerIdentity) {
    this.#opened = opened;
    this.identity = identity;
  }

  /** Opens the books; those of a shared ledger are taken for complete. */
  static async at(opened: OpenedLedger): Promise<Desk> {
    const desk = new Desk(opened, await opened.ledger.open(proposal));
    if (opened.ledger.shared) await desk.step("recovered", {});
    return desk;
  }

  get ledger(): Ledger {
    return this.#opened.ledger;
  }

  now(): number {
    return this.#opened.clock.now();
  }

  async advance(milliseconds: number): Promise<void> {
    await this.#opened.clock.advance(milliseconds);
  }

  async advanceTo(time: number): Promise<void> {
    ok(time >= this.now(), `the case is wrong: ${time} has passed`);
    await this.advance(time - this.now());
  }

  context(more: Partial<StepContext> = {}): StepContext {
    return { ledger: this.identity.id, notAfter: this.now() + stepMs, seen: this.#seen, ...more };
  }

  /** Steps of one case go to all handles in turn. */
  async answer<S extends StepName>(
    name: S,
    request: StepRequest<S>,
    context: StepContext = this.context(),
  ): Promise<Answer<StepResult<S>>> {
    const handles = [this.#opened.ledger, ...(this.#opened.others ?? [])];
    const handle = handles[this.#turn++ % handles.length] ?? this.#opened.ledger;
    if ("reservation" in request && typeof request.reservation === "string") this.#known.add(request.reservation);
    const answer = await handle.step(name, request, context);
    if ("sequence" in answer) this.#seen = Math.max(this.#seen, answer.sequence);
    return answer;
  }

  async step<S extends StepName>(name: S, request: StepRequest<S>, context?: StepContext): Promise<StepResult<S>> {
    const answer = await this.answer(name, request, context);
    if ("refused" in answer) fail(`${name} was refused: ${answer.refused}`);
    return answer.result;
  }

  reserve(reservation: string, more?: Partial<ReserveRequest>): Promise<ReserveOutcome> {
    return this.step("reserve", reserveRequest(reservation, more));
  }

  /** A reservation that must be made. A millisecond later than all before, so that one is the oldest. */
  async reserved(reservation: string, more?: Partial<ReserveRequest>): Promise<Reserved> {
    await this.advance(1);
    const outcome = await this.reserve(reservation, more);
    return outcome.outcome === "reserved" ? outcome : fail(`${reservation} should be reserved: ${show(outcome)}`);
  }

  async resumed(reservation: string, more?: Partial<ReserveRequest>): Promise<Resumed> {
    const outcome = await this.reserve(reservation, more);
    return outcome.outcome === "resumed" ? outcome : fail(`${reservation} should resume: ${show(outcome)}`);
  }

  async committed(reservation: string, more?: Partial<StepRequest<"commit">>): Promise<LedgerRecord> {
    const result = await this.step("commit", commitRequest(reservation, more));
    if (result === null || !result.moved) fail(`${reservation} should be running: ${show(result)}`);
    return result.record;
  }

  /** A running conversation. */
  async start(reservation: string, more?: Partial<ReserveRequest>): Promise<LedgerRecord> {
    const { maxSeconds } = await this.reserved(reservation, more);
    return this.committed(reservation, { maxSeconds });
  }

  stop(reservation: string): Promise<StepResult<"stop">> {
    return this.step("stop", { claim: { reservation }, reason: "owner" });
  }

  end(reservation: string, more: Partial<StepRequest<"end">> = {}): Promise<StepResult<"end">> {
    return this.step("end", { reservation, reason: "owner", ...more });
  }

  due(limit = 100): Promise<StepResult<"due">> {
    return this.step("due", { limit });
  }

  /** `due`, as reservations in the order handed out. */
  async dueNow(limit?: number): Promise<string[]> {
    return (await this.due(limit)).records.map(({ reservation }) => reservation);
  }

  async peek(reservation: string): Promise<LedgerRecord | undefined> {
    return (await this.step("lookUp", { reservations: [reservation] })).records[0];
  }

  async record(reservation: string): Promise<LedgerRecord> {
    return (await this.peek(reservation)) ?? fail(`${reservation} should be known`);
  }

  async live(): Promise<LedgerRecord[]> {
    const records = new Map<string, LedgerRecord>();
    let cursor: string | undefined;
    do {
      const page: StepResult<"live"> = await this.step("live", cursor === undefined ? {} : { cursor });
      for (const record of page.records) records.set(record.reservation, record);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return [...records.values()].sort((a, b) => (a.reservation < b.reservation ? -1 : 1));
  }

  /** All that can be read of what this case has named. */
  async snapshot(): Promise<unknown> {
    const reservations = [...this.#known];
    const consumers = [...new Set(reservations.map(consumerOf))];
    return {
      lookUp: (await this.step("lookUp", { reservations })).records,
      live: await this.live(),
      byToken: await this.#findAll(reservations.map((reservation) => ({ token: tokenOf(reservation) }))),
      byConsumer: await this.#findAll(consumers.map((consumer) => ({ consumer }))),
    };
  }

  /** What the claims come to, but for those that come to nothing: naming one more changes no snapshot. */
  async #findAll(claims: readonly LedgerClaim[]): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const claim of claims) {
      const found = await this.step("find", { claim });
      if (found.claim !== "none") answers.push([claim, found]);
    }
    return answers;
  }
}

export const show = (value: unknown): string => JSON.stringify(value);
