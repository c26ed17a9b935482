import { type Clock, systemClock } from "../../clock.js";
import type { Answer, Ledger, LedgerIdentity, LedgerUser, StepContext } from "../ledger.js";
import type { LedgerSteps, StepName, StepRequest, StepResult } from "../steps.js";
import { due } from "./due.js";
import { recordOf } from "./entry.js";
import { MemoryBooks } from "./memory-books.js";
import { adopt, announced, commit, doubt, end, found, moved, unmoved } from "./moves.js";
import { abandon, find, joined, keep, leave, stop, unwait, withdraw } from "./presence.js";
import { processLedger } from "./process-ledger.js";
import { reserve } from "./reserve.js";

/** Options of {@link memoryLedger}. */
export interface MemoryLedgerOptions {
  /**
   * This server is the only one, whatever its environment looks like. Without it the broker refuses to keep its books in
   * the memory of one of several servers (PM2, cluster, Lambda, Vercel, Cloud Run, Workers, …).
   */
  readonly singleProcess?: boolean | undefined;
  /** How many records there may be; starts are refused beyond. Default 1,000,000, of about 2 KB each. */
  readonly capacity?: number | undefined;
  /** For tests: time, and books of their own. Default: the system's, and one set of books per process and deployment. */
  readonly clock?: Clock | undefined;
}

/**
 * The books in this process' memory: right for one server, lost with it. All brokers of one process and deployment share
 * them, because frameworks evaluate a module more than once.
 *
 * @example
 * ```ts
 * new ConversationBroker({ ledger: memoryLedger({ singleProcess: true }), … });
 * ```
 */
export function memoryLedger(options: MemoryLedgerOptions = {}): Ledger {
  return new MemoryLedger(options);
}

type Steps = { readonly [S in StepName]: (request: StepRequest<S>) => StepResult<S> };

/** Each step runs to its end before the next one begins, because none of them awaits anything. */
class MemoryLedger implements Ledger {
  readonly shared = false;
  readonly #options: MemoryLedgerOptions;
  readonly #clock: Clock;
  readonly #books: MemoryBooks;
  readonly #steps: Steps;
  readonly #leases = new Map<string, { readonly holder: string; readonly until: number }>();
  #identity: { readonly id: string; key: string } | undefined;

  constructor(options: MemoryLedgerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#books = new MemoryBooks(this.#clock, options.capacity ?? 1_000_000);
    this.#steps = this.#stepsOn(this.#books);
  }

  attach(about: LedgerUser): Ledger {
    if (this.#options.clock !== undefined) return this;
    return processLedger(about, this, this.#options.singleProcess === true);
  }

  async open({ nonce, key }: { readonly nonce: string; readonly key: string }): Promise<LedgerIdentity> {
    const now = this.#clock.now();
    this.#identity ??= { id: `${now.toString(36)}-${nonce}`, key };
    return { ...this.#identity, now };
  }

  step<S extends StepName>(name: S, request: StepRequest<S>, { ledger, notAfter }: StepContext): Answer<StepResult<S>> {
    const now = this.#clock.now();
    if (ledger !== this.#identity?.id) return { now, refused: "lost" };
    if (now > notAfter && !reads.has(name)) return { now, refused: "late" };
    this.#books.forgetOld();
    return { now, sequence: 0, result: this.#steps[name](request) };
  }

  #stepsOn(books: MemoryBooks): Steps {
    const { entries } = books;
    return {
      reserve: (request) => reserve(books, request),
      commit: (request) => commit(books, request),
      doubt: (request) => doubt(books, request),
      found: (request) => found(books, request),
      stop: (request) => stop(books, request),
      leave: (request) => leave(books, request),
      keep: (request) => keep(books, request),
      joined: (request) => joined(books, request),
      abandon: (request) => abandon(books, request),
      withdraw: (request) => withdraw(books, request),
      unwait: (request) => unwait(books, request),
      end: (request) => end(books, request),
      announced: (request) => announced(books, request),
      due: (request) => due(books, request),
      adopt: (request) => adopt(books, request),
      find: (request) => find(books, request),
      retry: ({ reservation, attempts, afterMs }) => {
        const entry = entries.get(reservation);
        if (entry === undefined) return null;
        if (entry.attempts !== attempts || !entry.leased) return unmoved(entry);
        entry.leased = false;
        entry.againAt = books.now + afterMs;
        books.timetable.schedule(entry);
        return moved(entry);
      },
      lookUp: ({ reservations }) => ({
        records: reservations.flatMap((reservation) => entries.get(reservation) ?? []).map(recordOf),
      }),
      live: () => ({ records: [...entries.all()].filter(({ state }) => state !== "ended").map(recordOf) }),
      lease: (request) => ({ granted: this.#lease(request) }),
      // Nothing of these books can be lost without the process.
      recovered: () => null,
      rekey: ({ from, to }) => {
        if (this.#identity?.key !== from) return { moved: false };
        this.#identity.key = to;
        return { moved: true };
      },
    };
  }

  #lease({ name, holder, ms }: LedgerSteps["lease"]["request"]): boolean {
    const present = this.#leases.get(name);
    const now = this.#clock.now();
    if (present !== undefined && present.until > now && present.holder !== holder) return false;
    this.#leases.set(name, { holder, until: now + ms });
    return true;
  }
}

const reads: ReadonlySet<StepName> = new Set(["find", "lookUp", "live"]);
