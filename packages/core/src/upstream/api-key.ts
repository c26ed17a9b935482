import type { Clock } from "../clock.js";
import { environment } from "../environment.js";
import { BrokerError } from "../errors.js";

const KEEP_MS = 60_000;

/** The Equos API key from wherever the team keeps it. A fetched key is kept for a minute. */
export class ApiKey {
  readonly #source: string | (() => string | Promise<string>) | undefined;
  readonly #clock: Clock;
  #fetched: { readonly key: Promise<string>; readonly until: number } | undefined;
  #latest: string | undefined;

  constructor(source: string | (() => string | Promise<string>) | undefined, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** The key last used, so that it can be masked. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** @throws BrokerError `api-key-missing` or `api-key-failed`. */
  async get(): Promise<string> {
    const key = typeof this.#source === "function" ? await this.#fetch(this.#source) : this.#source;
    this.#latest = key ?? environment("EQUOS_API_KEY");
    if (this.#latest === undefined) {
      throw new BrokerError("api-key-missing", { hint: "Set EQUOS_API_KEY, or give the option apiKey or equos" });
    }
    return this.#latest;
  }

  async #fetch(source: () => string | Promise<string>): Promise<string> {
    const now = this.#clock.now();
    if (this.#fetched === undefined || this.#fetched.until <= now) {
      this.#fetched = { key: Promise.resolve().then(source), until: now + KEEP_MS };
    }
    try {
      const key = await this.#fetched.key;
      if (typeof key === "string" && key !== "") return key;
    } catch {
      // Its message is the key store's own and may quote anything.
    }
    this.#fetched = undefined;
    throw new BrokerError("api-key-failed", { hint: "The option apiKey is a function that threw or gave no string" });
  }
}
