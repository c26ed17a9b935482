import { systemClock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import { environment } from "./environment.js";
import { consoleLogger, guarded } from "./logger.js";
import { defaultTimeouts } from "./option-checks.js";
import type { BrokerOptions } from "./options.js";
import { memoryStore } from "./store/memory-store.js";

/** The options once the caller's own types no longer matter: inside, a consumer is a consumer and input is unknown. */
export type AnyOptions = BrokerOptions<never, Consumer, string, unknown>;

/** The options with all defaults. Options without a default stay `undefined`. */
export type Settings = ReturnType<typeof resolveOptions>;

/** Resolves every default once. Inert: reads no environment, starts no timer, does no I/O. */
export function resolveOptions(options: AnyOptions) {
  const given = Object.entries(options.timeouts ?? {}).filter(([, seconds]) => seconds !== undefined);
  const timeouts = { ...defaultTimeouts, ...(Object.fromEntries(given) as Partial<typeof defaultTimeouts>) };
  const { hookSeconds, stopSeconds, lateResponseSeconds } = timeouts;
  // The hook runs, and former conversations are stopped (two calls each), before the upstream call.
  const sendWindowMs = (hookSeconds + 2 * stopSeconds + 1) * 1000;
  return {
    ...options,
    timeouts,
    clock: options.clock ?? systemClock,
    hasOwnClock: options.clock !== undefined,
    logger: guarded(options.logger ?? consoleLogger),
    store: options.store ?? memoryStore(options.clock === undefined ? {} : { clock: options.clock }),
    secrets: [options.secret ?? []].flat(),
    onConflict: {
      same: options.whenActive?.same ?? "resume",
      different: options.whenActive?.other ?? "replace",
    } as const,
    joinTimeoutMs: (options.joinWithinSeconds ?? 60) * 1000,
    heartbeatTimeoutMs: (options.keepAliveSeconds ?? 90) * 1000,
    reloadGraceMs: (options.leaveGraceSeconds ?? 3) * 1000,
    tokenStatus: options.tokenStatus ?? 201,
    /** From the reservation on, in ms. A server that was held up for longer must not send. */
    sendWindowMs,
    /** How long a start can be under way: send window, late response, hook, and 1 s. */
    reservedForMs: sendWindowMs + (lateResponseSeconds + hookSeconds + 1) * 1000,
    /** How long one server has for a piece of work before another one takes it, in ms. */
    leaseMs: (Math.max(stopSeconds, hookSeconds) + 1) * 1000,
    /** The client, or the key or its source: what tells one Equos organization from another. */
    upstreamUser: () => options.equos ?? options.apiKey ?? environment("EQUOS_API_KEY"),
  };
}
