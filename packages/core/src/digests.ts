import type { Consumer } from "./consumer.js";
import { type HmacKey, hmacKey, sign } from "./hmac.js";

type DigestKey = () => Promise<Uint8Array>;

/** The keyed digests under which the ledger knows consumers, starts and tokens: nobody can tell from them who or what. */
export class Digests {
  readonly #key: DigestKey;
  #imported: Promise<HmacKey> | undefined;

  constructor(key: DigestKey) {
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

  async #digest(...parts: string[]): Promise<string> {
    this.#imported ??= this.#import();
    const key = await this.#imported;
    // Each part is led by its length, so that no two lists of parts read the same.
    const text = parts.map((part) => `${part.length}:${part}`).join("");
    return await sign(key, text);
  }

  async #import(): Promise<HmacKey> {
    try {
      return await hmacKey(await this.#key());
    } catch (error) {
      this.#imported = undefined; // The next call asks again.
      throw error;
    }
  }
}
