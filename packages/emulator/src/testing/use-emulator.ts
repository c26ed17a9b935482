import type { Emulator } from "../emulator.js";
import type { EmulatorOptions } from "../options.js";
import { startEmulator } from "../start-emulator.js";

/** @inline */
type Hook = (run: () => Promise<void> | void) => unknown;

/** The hooks of a test runner, under the names of vitest and jest or under those of `node:test`. */
export type TestHooks =
  | { readonly beforeAll: Hook; readonly afterAll: Hook; readonly afterEach: Hook }
  | { readonly before: Hook; readonly after: Hook; readonly afterEach: Hook };

/** Options of {@link useEmulator}, besides those of the emulator. */
export interface UseEmulatorOptions extends EmulatorOptions {
  /** Sets `EQUOS_ENDPOINT`, `EQUOS_API_KEY` and `EQUOS_CHARACTER_ID` for the tests of this file; default `true`. */
  readonly environment?: boolean;
}

/**
 * An emulator for the tests of one file. It is there before the first test, as new for each one, and gone after the last.
 * A test that leaves a conversation running fails, and the next one starts clean.
 *
 * @param hooks - The runner's hooks: a namespace import of `vitest` or `node:test`; for jest `globalThis`.
 * @returns The emulator, to be used inside of tests and hooks.
 * @example
 * ```ts
 * import * as vitest from "vitest";
 * const emulator = useEmulator(vitest);
 * ```
 */
export function useEmulator(hooks: TestHooks, options: UseEmulatorOptions = {}): Emulator {
  const { environment = true, ...emulatorOptions } = options;
  let started: Emulator | undefined;
  const before: Record<string, string | undefined> = {};

  const start = async () => {
    started = await startEmulator(emulatorOptions);
    if (!environment) return;
    const { url, apiKey, characterId } = started;
    for (const [name, value] of Object.entries({
      EQUOS_ENDPOINT: url,
      EQUOS_API_KEY: apiKey,
      EQUOS_CHARACTER_ID: characterId,
    })) {
      before[name] = process.env[name];
      process.env[name] = value;
    }
  };
  const check = () => {
    try {
      started?.assertNothingRunning();
    } finally {
      started?.reset();
      // A clock of the caller's own is the caller's own affair.
      if (emulatorOptions.clock === undefined) started?.clock.resume();
    }
  };
  const end = async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await started?.close();
    started = undefined;
  };

  if ("beforeAll" in hooks) {
    hooks.beforeAll(start);
    hooks.afterEach(check);
    hooks.afterAll(end);
  } else {
    hooks.before(start);
    hooks.afterEach(check);
    hooks.after(end);
  }

  const running = (): Emulator => {
    if (started !== undefined) return started;
    throw new Error("the emulator runs inside of tests and hooks only: use it there, not while the file is loaded");
  };
  // Nothing is ever read from the object itself.
  return new Proxy({} as Emulator, {
    get(_, name) {
      const emulator = running();
      const value: unknown = Reflect.get(emulator, name, emulator);
      return typeof value === "function" ? value.bind(emulator) : value;
    },
  });
}
