import type { Clock } from "./clock.js";

/** Between two runs while anything is due, in ms. */
const INTERVAL_MS = 1_000;
/** A run this late is lost: serverless platforms drop timers when the request ends. In ms. */
const LATE_MS = 2_000;
/** A run that takes this long has ended with its request, in ms. */
const LOST_MS = 15_000;
/** Brokers with the same store that are remembered, in case the latest one closes. */
const REMEMBERED = 8;

const registryKey = Symbol.for("equos-broker.sweepers");

/** The sweepers of this process by store id, the latest last. Frameworks evaluate this module several times. */
function registry(): Map<string, Sweeper[]> {
  const globals = globalThis as { [registryKey]?: Map<string, Sweeper[]> };
  globals[registryKey] ??= new Map();
  return globals[registryKey];
}

/**
 * Runs a task every second from the first `wake` until the task returns `false`; then every `idleMs`, if given. A run that
 * fails does not end that.
 *
 * Of several brokers with the same store in one process the latest one sweeps for all: at a hot reload a framework makes a
 * new broker, and the old ones are never closed.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #task: () => Promise<boolean>;
  readonly #idleMs: number | undefined;
  readonly #onError: (error: unknown) => void;
  #timer: unknown;
  /** When the planned run must have begun, or the present one must have ended. By the clock, in ms. */
  #expectedBy = 0;
  #isRunning = false;
  #isIdle = false;
  #runs = 0;
  /** Woken during a run. */
  #isWoken = false;
  #isClosed = false;
  #storeId: string | undefined;

  constructor(
    clock: Clock,
    task: () => Promise<boolean>,
    idleMs: number | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#task = task;
    this.#idleMs = idleMs;
    this.#onError = onError;
  }

  /** Sweeps a store for all brokers of this process from now on. */
  take(storeId: string): void {
    if (this.#isClosed || this.#storeId === storeId) return;
    this.#leave();
    this.#storeId = storeId;
    const others = this.#others();
    registry().set(storeId, [...others, this].slice(-REMEMBERED));
    others.at(-1)?.rest();
    this.begin();
  }

  /** Something is, or will become, due. */
  wake(): void {
    this.#onDuty().begin();
  }

  /** Begins the run that the platform has lost, if there is one. The caller keeps the platform waiting for it. */
  catchUp(): Promise<void> | undefined {
    return this.#onDuty().runIfLost();
  }

  close(): void {
    this.#isClosed = true;
    this.rest();
    this.#leave();
  }

  /** For the other sweepers: plans a run. */
  begin(): void {
    this.#isWoken = true;
    if (this.#isClosed) return;
    const isPlanned = this.#isRunning || (this.#timer !== undefined && !this.#isIdle);
    if (isPlanned && !this.#isLost()) return;
    this.#plan(INTERVAL_MS);
  }

  /** For the other sweepers. */
  runIfLost(): Promise<void> | undefined {
    if (this.#isClosed || !this.#isLost()) return undefined;
    this.#clock.clearTimeout(this.#timer);
    return this.#run();
  }

  /** For the other sweepers: one of them takes over. */
  rest(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #others(): Sweeper[] {
    return (registry().get(this.#storeId ?? "") ?? []).filter((other) => other !== this);
  }

  #onDuty(): Sweeper {
    return (
      registry()
        .get(this.#storeId ?? "")
        ?.at(-1) ?? this
    );
  }

  /** The one before takes over again. */
  #leave(): void {
    if (this.#storeId === undefined) return;
    const others = this.#others();
    if (others.length === 0) registry().delete(this.#storeId);
    else registry().set(this.#storeId, others);
    this.#storeId = undefined;
    others.at(-1)?.begin();
  }

  #isLost(): boolean {
    return (this.#isRunning || this.#timer !== undefined) && this.#clock.now() > this.#expectedBy;
  }

  #plan(milliseconds: number): void {
    this.#clock.clearTimeout(this.#timer);
    this.#isIdle = milliseconds !== INTERVAL_MS;
    this.#expectedBy = this.#clock.now() + milliseconds + LATE_MS;
    this.#timer = this.#clock.setTimeout(() => void this.#run(), milliseconds);
  }

  async #run(): Promise<void> {
    let isMoreDue = true;
    this.#runs += 1;
    const run = this.#runs;
    this.#isRunning = true;
    this.#isWoken = false;
    this.#expectedBy = this.#clock.now() + LOST_MS;
    try {
      isMoreDue = await this.#task();
    } catch (error) {
      this.#onError(error);
    }
    // It was slow, and another run has replaced it.
    if (run !== this.#runs) return;
    this.#isRunning = false;
    this.#timer = undefined;
    if (this.#isClosed || this.#onDuty() !== this) return;
    if (isMoreDue || this.#isWoken) this.#plan(INTERVAL_MS);
    else if (this.#idleMs !== undefined) this.#plan(this.#idleMs);
  }
}
