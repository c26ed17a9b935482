import { inspect } from "node:util";
import { vi } from "vitest";

/** Collects everything that is printed, logged, answered or thrown, and finds secrets in it. */
export class LeakWatch {
  readonly #seen: { readonly where: string; readonly text: string }[] = [];
  readonly #restore: (() => void)[] = [];

  readonly logger = {
    warn: (details: object, message: string) => this.see("logger.warn", [message, details]),
    error: (details: object, message: string) => this.see("logger.error", [message, details]),
  };

  /** From now on also what goes to the console and to stdout and stderr. */
  watchConsole(): void {
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      const spy = vi
        .spyOn(console, method)
        .mockImplementation((...args: unknown[]) => this.see(`console.${method}`, args));
      this.#restore.push(() => spy.mockRestore());
    }
  }

  see(where: string, value: unknown): void {
    const shown = inspect(value, { depth: 12, showHidden: true, getters: true, maxStringLength: null });
    let serialized = "";
    try {
      serialized = JSON.stringify(value) ?? "";
    } catch {
      // Circular: inspect has shown it.
    }
    this.#seen.push({ where, text: `${shown}\n${serialized}` });
  }

  /** Where any of the secrets was seen, with the secret shortened. */
  leaks(secrets: readonly string[]): string[] {
    return this.#seen.flatMap(({ where, text }) =>
      secrets.filter((secret) => text.includes(secret)).map((secret) => `${where}: ${secret.slice(0, 12)}…`),
    );
  }

  get lines(): readonly string[] {
    return this.#seen.map(({ where, text }) => `${where} ${text}`);
  }

  close(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }
}
