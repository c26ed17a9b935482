import { systemClock } from "./clock.js";
import { environment } from "./environment.js";
import { memoryLedger } from "./ledger/memory/memory-ledger.js";
import { Opener } from "./ledger/opener.js";
import { Settling } from "./ledger/settling.js";
import { Finder } from "./life/find-unknown.js";
import { Payloads } from "./life/payload.js";
import { Recovery } from "./life/recovery.js";
import { Stops } from "./life/stops.js";
import { consoleLogger, guarded } from "./logger.js";
import { defaultTimeouts } from "./option-checks.js";
import type { AnyOptions, Parts } from "./parts.js";
import { Keyring } from "./sealing/keyring.js";
import { SharedWork } from "./shared-work.js";
import { Upstream } from "./upstream/upstream.js";

/** What the broker itself has to give. */
interface Own extends Pick<Parts, "open" | "track" | "wake" | "sweep" | "catchUp"> {
  /** These are its books from now on. */
  opened(books: string): void;
}

/** Makes of the options what the broker works with. Does nothing yet: no look at the environment, no I/O. */
export function assemble(options: AnyOptions, own: Own): Parts {
  const timeouts = { ...defaultTimeouts, ...withoutUndefined(options.timeouts ?? {}) };
  const clock = options.clock ?? systemClock;
  const logger = guarded(options.logger ?? consoleLogger);
  const ledger = options.ledger ?? memoryLedger(options.clock === undefined ? {} : { clock });
  const keyring = ledger.shared ? new Keyring([options.secret ?? []].flat()) : undefined;
  const settling = new Settling(clock);
  const upstream = new Upstream({ ...options, ...timeouts }, clock);
  const { deployment } = options;
  const user = { deployment, upstream: () => options.equos ?? options.apiKey ?? environment("EQUOS_API_KEY") };
  const attached = () => ledger.attach?.({ ...user, endpoint: upstream.endpoint() }) ?? ledger;
  const opener = new Opener(attached, {
    clock,
    settling,
    keyring,
    deployment,
    seconds: timeouts.ledgerSeconds,
    // A broker with a clock of its own sweeps by that one.
    opened: (books) => {
      if (options.clock === undefined) own.opened(books);
    },
  });
  const recovery = new Recovery(clock);
  const finder = new Finder();
  // Equos asked twice, and two steps of the ledger.
  const callSeconds = 2 * (timeouts.stopSeconds + timeouts.ledgerSeconds);
  const parts: Parts = {
    options,
    timeouts,
    clock,
    logger,
    settling,
    upstream,
    payloads: new Payloads(keyring, (reservation) =>
      logger.error({ reservation }, "An entry of the ledger does not open with the option secret"),
    ),
    checks: new SharedWork(clock, callSeconds),
    stops: new Stops(clock, callSeconds),
    books: () => {
      // Other servers may leave something behind at any time: from the first use on the sweep looks for it.
      if (ledger.shared && !opener.used) own.wake();
      return opener.books();
    },
    used: () => opener.used,
    findUnknowns: (books, records) => finder.find(parts, books, records),
    recover: (books) => recovery.run(parts, books),
    reconcileRegularly: async (books) => {
      if (ledger.shared) await recovery.regularly(parts, books);
    },
    emit: (event) => {
      Promise.resolve(event)
        .then(options.onEvent)
        .catch(() => logger.warn({ type: event.type }, "The option onEvent threw"));
    },
    open: own.open,
    track: own.track,
    wake: own.wake,
    sweep: own.sweep,
    catchUp: own.catchUp,
  };
  return parts;
}

function withoutUndefined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Dropping undefined members is what the type says.
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}
