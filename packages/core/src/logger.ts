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

/** Wraps a logger so that its own errors are ignored: there is no place to report them. */
export function guarded(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (details: object, message: string) => {
    try {
      // A logger can be asynchronous although its type says otherwise.
      const logged: unknown = logger[level](details, message);
      if (isPromise(logged)) logged.catch(() => undefined);
    } catch {
      // Ignored, see above.
    }
  };
  return { warn: guard("warn"), error: guard("error") };
}
