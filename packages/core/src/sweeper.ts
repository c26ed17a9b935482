import type { Clock } from "./clock.js";

const INTERVAL_MS = 1_000;
/** A run that is so late does not come any more: some platforms end a request together with the timers that it has set. */
const LATE_MS = 2_000;
/** A run waits for one step of the ledger. One that takes longer than this has ended with its request, too. */
const LOST_MS = 15_000;

/**
 * Runs a task every second from the first call of `wake` until the task says that there is no more to do; then every
 * `idleMs`, if given. A run that fails is followed by the next one all the same.
 */
export class Sweeper implements OnDuty {
  readonly #clock: Clock;
  readonly #task: () => Promise<boolean>;
  readonly #idleMs: number | undefined;
  readonly #onError: (error: unknown) => void;
  #timer: unknown;
  /** By the clock, in ms: when the planned run is due, or the one under way counts as lost. */
  #expectedBy = 0;
  #running = false;
  #runs = 0;
  #idle = false;
  /** Woken while a run was under way. */
  #again = false;
  #closed = false;
  #books: string | undefined;

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

  /** From now on this one sees to these books, for all brokers of this process that have them. */
  take(books: string): void {
    if (this.#closed || this.#books === books) return;
    this.#leave();
    this.#books = books;
    takeDuty(books, this);
  }

  #leave(): void {
    if (this.#books !== undefined) leaveDuty(this.#books, this);
    this.#books = undefined;
  }

  #holder(): OnDuty {
    return (this.#books === undefined ? undefined : onDuty(this.#books)) ?? this;
  }

  wake(): void {
    this.#holder().begin();
  }

  /** Begins the run that should have come and did not, if there is one. For whoever can keep the platform waiting for it. */
  catchUp(): Promise<void> | undefined {
    return this.#holder().makeUp();
  }

  makeUp(): Promise<void> | undefined {
    if (this.#closed || !this.#isLost()) return undefined;
    this.#clock.clearTimeout(this.#timer);
    return this.#run();
  }

  #isLost(): boolean {
    return (this.#running || this.#timer !== undefined) && this.#clock.now() > this.#expectedBy;
  }

  rest(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  begin(): void {
    this.#again = true;
    if (this.#closed) return;
    // An idle timer is a long one.
    const comes = this.#running || (this.#timer !== undefined && !this.#idle);
    if (comes && !this.#isLost()) return;
    this.#clock.clearTimeout(this.#timer);
    this.#plan(INTERVAL_MS);
  }

  #plan(milliseconds: number): void {
    this.#idle = milliseconds !== INTERVAL_MS;
    this.#expectedBy = this.#clock.now() + milliseconds + LATE_MS;
    this.#timer = this.#clock.setTimeout(() => void this.#run(), milliseconds);
  }

  async #run(): Promise<void> {
    let more = true;
    this.#runs += 1;
    const mine = this.#runs;
    this.#running = true;
    this.#expectedBy = this.#clock.now() + LOST_MS;
    this.#again = false;
    try {
      more = await this.#task();
    } catch (error) {
      this.#onError(error);
    }
    // It was only slow, and another one has taken its place.
    if (mine !== this.#runs) return;
    // Until here it counts as running, so that runs do not overlap.
    this.#running = false;
    this.#timer = undefined;
    if (this.#closed || this.#holder() !== this) return;
    if (more || this.#again) this.#plan(INTERVAL_MS);
    else if (this.#idleMs !== undefined) this.#plan(this.#idleMs);
  }

  close(): void {
    this.#closed = true;
    this.rest();
    this.#leave();
  }
}

const registry = Symbol.for("equos-broker.sweepers");

/** So many brokers with the same books are remembered, in case the latest one closes. */
const REMEMBERED = 8;

/** What has a timer of its own, and can do without. */
export interface OnDuty {
  /** Time has something to do. */
  begin(): void;
  /** Begins the run that was planned and has not come, if so. */
  makeUp(): Promise<void> | undefined;
  /** Somebody else sees to it from now on. */
  rest(): void;
}

// Frameworks evaluate a module several times, and with it this file.
function everywhere(): Map<string, OnDuty[]> {
  const globals = globalThis as { [registry]?: Map<string, OnDuty[]> };
  globals[registry] ??= new Map();
  return globals[registry];
}

/** Whoever of this process sees to these books. */
export const onDuty = (books: string): OnDuty | undefined => everywhere().get(books)?.at(-1);

/**
 * Of several brokers with the same books in one process the latest one sweeps for all: at a hot reload a framework makes a
 * new one, and nobody closes the old ones.
 */
export function takeDuty(books: string, sweeper: OnDuty): void {
  const others = (everywhere().get(books) ?? []).filter((other) => other !== sweeper);
  everywhere().set(books, [...others, sweeper].slice(-REMEMBERED));
  others.at(-1)?.rest();
  sweeper.begin();
}

/** The one before takes over again. */
export function leaveDuty(books: string, sweeper: OnDuty): void {
  const others = (everywhere().get(books) ?? []).filter((other) => other !== sweeper);
  if (others.length === 0) everywhere().delete(books);
  else everywhere().set(books, others);
  others.at(-1)?.begin();
}
