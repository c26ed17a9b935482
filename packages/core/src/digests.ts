import type { Consumer } from "./consumer.js";
import { base64url, type HmacKey, signBytes } from "./hmac.js";

/** 128 bits: nobody finds two texts with the same digest, and the ledger stays small. */
const BYTES = 16;

/** The keyed digests under which the ledger knows consumers, starts and tokens: nobody can tell from them who or what. */
export class Digests {
  readonly #key: HmacKey;

  constructor(key: HmacKey) {
    this.#key = key;
  }

  consumer({ tenant, identity }: Pick<Consumer, "tenant" | "identity">): Promise<string> {
    return this.#digest("consumer", tenant === undefined ? "" : `t${tenant}`, identity);
  }

  /** What makes two starts of a consumer the same. `inputText` is what was sent, not what a schema made of it. */
  fingerprint(characterId: string, inputText: string): Promise<string> {
    return this.#digest("start", characterId, inputText);
  }

  token(token: string): Promise<string> {
    return this.#digest("token", token);
  }

  /** `network`: an address, or the part of one that one household has. */
  network(network: string): Promise<string> {
    return this.#digest("network", network);
  }

  async #digest(...parts: string[]): Promise<string> {
    // Each part is led by its length, so that no two lists of parts read the same.
    const text = parts.map((part) => `${part.length}:${part}`).join("");
    return base64url((await signBytes(this.#key, text)).subarray(0, BYTES));
  }
}
