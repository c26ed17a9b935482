import type { Clock } from "../clock.js";
import { within } from "../deadline.js";
import { environment } from "../environment.js";
import { BrokerError } from "../errors.js";
import { SharedWork } from "../shared-work.js";

const KEEP_MS = 60_000;
const FETCH_SECONDS = 10;

/** Keys that calls under way may still have been sent with, through a rotation or two. */
const REMEMBERED_KEYS = 4;

/** The Equos API key from wherever the team keeps it. A fetched key is kept for a minute. */
export class ApiKey {
  readonly #source: string | (() => string | Promise<string>) | undefined;
  readonly #clock: Clock;
  readonly #fetching: SharedWork<"key", string>;
  #kept: { readonly key: string; readonly until: number } | undefined;
  #recent: readonly string[] = [];

  constructor(source: string | (() => string | Promise<string>) | undefined, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#fetching = new SharedWork(clock, FETCH_SECONDS + 1);
  }

  /** The keys last used, so that they can be masked. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  /** @throws BrokerError `api-key-missing` or `api-key-failed`. */
  async get(): Promise<string> {
    const key = typeof this.#source === "function" ? await this.#fetched(this.#source) : this.#source;
    const used = key ?? environment("EQUOS_API_KEY");
    if (used === undefined) {
      throw new BrokerError("api-key-missing", { hint: "Set EQUOS_API_KEY, or give the option apiKey or equos" });
    }
    if (!this.#recent.includes(used)) this.#recent = [used, ...this.#recent].slice(0, REMEMBERED_KEYS);
    return used;
  }

  async #fetched(source: () => string | Promise<string>): Promise<string> {
    if (this.#kept !== undefined && this.#clock.now() < this.#kept.until) return this.#kept.key;
    return await this.#fetching.run("key", () => this.#fetch(source));
  }

  async #fetch(source: () => string | Promise<string>): Promise<string> {
    try {
      const key = await within(this.#clock, FETCH_SECONDS, Promise.resolve().then(source));
      if (typeof key === "string" && key !== "") {
        this.#kept = { key, until: this.#clock.now() + KEEP_MS };
        return key;
      }
    } catch {
      // Its message is the key store's own and may quote anything.
    }
    throw new BrokerError("api-key-failed", {
      hint: "The option apiKey is a function that threw, hung or gave no string",
    });
  }
}
