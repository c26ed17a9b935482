import { type Clock, isThawing } from "./clock.js";
import { isPromise } from "./deadline.js";

/** The methods of pino, and of most loggers, that the broker uses. */
export interface Logger {
  /** Receives failures of background work that are due to a freeze of the process. */
  debug?(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Writes to the console. */
export const consoleLogger: Logger = {
  warn: (details, message) => console.warn(`equos-broker: ${message}`, details),
  error: (details, message) => console.error(`equos-broker: ${message}`, details),
};

/** Wraps a logger so that its own errors end nothing. The first one in this process is reported on the console. */
export function guarded(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (details: object, message: string) => {
    try {
      // A logger can be asynchronous although its type says otherwise.
      const logged: unknown = logger[level]?.(details, message);
      if (isPromise(logged)) new Promise((resolve) => resolve(logged)).catch(reportFailure);
    } catch {
      reportFailure();
    }
  };
  return { debug: guard("debug"), warn: guard("warn"), error: guard("error") };
}

/** Logs a failure of background work that is repeated. After a freeze of the process nothing is wrong. */
export function logFailure({ logger, clock }: { logger: Logger; clock: Clock }, error: unknown, message: string): void {
  const details = { error: error instanceof Error ? error.message : "unknown" };
  if (isThawing(clock)) logger.debug?.(details, message);
  else logger.error(details, message);
}

let hasReported = false;

function reportFailure(): void {
  if (hasReported) return;
  hasReported = true;
  // Without the error, which may quote what was to be logged.
  console.error("equos-broker: the logger threw or rejected, so lines of the log are lost. Check the option logger.");
}
