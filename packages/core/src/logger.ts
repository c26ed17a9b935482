import { isPromise } from "./deadline.js";

/** The two methods of pino, and of most loggers, that the broker uses. */
export interface Logger {
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
      const logged: unknown = logger[level](details, message);
      if (isPromise(logged)) new Promise((resolve) => resolve(logged)).catch(reportFailure);
    } catch {
      reportFailure();
    }
  };
  return { warn: guard("warn"), error: guard("error") };
}

let hasReported = false;

function reportFailure(): void {
  if (hasReported) return;
  hasReported = true;
  // Without the error, which may quote what was to be logged.
  console.error("equos-broker: the logger threw or rejected, so lines of the log are lost. Check the option logger.");
}
