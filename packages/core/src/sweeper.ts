import { type Clock, wasFrozen } from "./clock.js";

/** Time between two runs while anything is due, in ms. */
const INTERVAL_MS = 1_000;
/** A run that is this late is lost: serverless platforms drop timers when the request ends. In ms. */
const LATE_MS = 2_000;
/** A run that takes this long has ended with its request. In ms. */
const LOST_MS = 15_000;
/** Maximum number of remembered brokers with the same store, in case the latest one closes. */
const MAX_PEERS = 8;

const registryKey = Symbol.for("equos-broker.sweepers");

/** The sweepers of this process by store id, the latest last. Global, because frameworks evaluate this module several times. */
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
  /** The planned or present run. `expectedBy`: when it must have begun or ended, by the clock, in ms. */
  #next: { readonly isRunning: boolean; readonly expectedBy: number; isWoken: boolean } | undefined;
  #storeId = "";
  #isClosed = false;

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

  /** Makes this sweeper the one that sweeps a store for all brokers of this process. */
  take(storeId: string): void {
    if (this.#isClosed || this.#storeId === storeId) return;
    this.#leave();
    this.#storeId = storeId;
    const others = registry().get(storeId) ?? [];
    others.at(-1)?.pause();
    registry().set(storeId, [...others, this].slice(-MAX_PEERS));
    this.begin();
  }

  /** Plans a run, because something is or will become due. */
  wake(): void {
    this.#onDuty().begin();
  }

  /** Begins the run that the platform has lost, if there is one. The caller keeps the platform waiting for it. */
  catchUp(): Promise<void> | undefined {
    return this.#onDuty().runIfLost();
  }

  /** Ends all runs. The sweeper before this one takes over. */
  close(): void {
    this.#isClosed = true;
    this.pause();
    this.#leave();
  }

  /** For the other sweepers: plans a run. */
  begin(): void {
    if (this.#isClosed) return;
    const soon = this.#clock.now() + INTERVAL_MS + LATE_MS;
    const next = this.#isLost() ? undefined : this.#next;
    if (next?.isRunning) next.isWoken = true;
    else if (next === undefined || next.expectedBy > soon) this.#plan(INTERVAL_MS);
  }

  /** For the other sweepers. */
  runIfLost(): Promise<void> | undefined {
    if (!this.#isLost()) return undefined;
    wasFrozen(this.#clock, (this.#next?.expectedBy ?? 0) - LATE_MS);
    return this.#run();
  }

  /** For the other sweepers: plans nothing more until `begin`. */
  pause(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#next = undefined;
  }

  #onDuty(): Sweeper {
    return registry().get(this.#storeId)?.at(-1) ?? this;
  }

  #leave(): void {
    const others =
      registry()
        .get(this.#storeId)
        ?.filter((other) => other !== this) ?? [];
    if (others.length > 0) registry().set(this.#storeId, others);
    else registry().delete(this.#storeId);
    this.#storeId = "";
    others.at(-1)?.begin();
  }

  #isLost(): boolean {
    return this.#next !== undefined && this.#clock.now() > this.#next.expectedBy;
  }

  #plan(milliseconds: number): void {
    this.pause();
    this.#next = { isRunning: false, expectedBy: this.#clock.now() + milliseconds + LATE_MS, isWoken: false };
    const plannedAt = this.#clock.now() + milliseconds;
    this.#timer = this.#clock.setTimeout(() => {
      wasFrozen(this.#clock, plannedAt);
      void this.#run();
    }, milliseconds);
  }

  async #run(): Promise<void> {
    this.pause();
    const run = { isRunning: true, expectedBy: this.#clock.now() + LOST_MS, isWoken: false };
    this.#next = run;
    let isMoreDue = true;
    try {
      isMoreDue = await this.#task();
    } catch (error) {
      this.#onError(error);
    }
    // Another run has replaced this one, or another sweeper has taken over.
    if (this.#next !== run) return;
    this.#next = undefined;
    if (isMoreDue || run.isWoken) this.#plan(INTERVAL_MS);
    else if (this.#idleMs !== undefined) this.#plan(this.#idleMs);
  }
}
