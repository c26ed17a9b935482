import type { Consumer } from "./consumer.js";
import { isPromise } from "./deadline.js";
import { base64url, type HmacKey, signBytes } from "./hmac.js";

/** There at once where the runtime can make it so. */
type Digest = string | Promise<string>;

/** 128 bits: nobody finds two texts with the same digest, and the ledger stays small. */
const BYTES = 16;

/** The keyed digests under which the ledger knows consumers, starts and tokens: nobody can tell from them who or what. */
export class Digests {
  readonly #key: HmacKey;
  readonly #ofCharacters = new Map<string, string>();

  constructor(key: HmacKey) {
    this.#key = key;
  }

  consumer({ tenant, identity }: Pick<Consumer, "tenant" | "identity">): Digest {
    return this.#digest("consumer", tenant === undefined ? "" : `t${tenant}`, identity);
  }

  /** What makes two starts of a consumer the same. `inputText` is what was sent, not what a schema made of it. */
  fingerprint(characterId: string, inputText: string): Digest {
    if (inputText !== "") return this.#digest("start", characterId, inputText);
    // Without input it is the same for everybody, and there are only so many characters.
    const known = this.#ofCharacters.get(characterId);
    if (known !== undefined) return known;
    const digest = this.#digest("start", characterId, "");
    // Never a promise: on some platforms it ends with the request that made it.
    if (typeof digest === "string") this.#ofCharacters.set(characterId, digest);
    return digest;
  }

  token(token: string): Digest {
    return this.#digest("token", token);
  }

  /** `network`: an address, or the part of one that one household has. */
  network(network: string): Digest {
    return this.#digest("network", network);
  }

  #digest(...parts: string[]): Digest {
    // Each part is led by its length, so that no two lists of parts read the same.
    const signature = signBytes(this.#key, parts.map((part) => `${part.length}:${part}`).join(""));
    return isPromise(signature) ? signature.then(shortened) : shortened(signature);
  }
}

const shortened = (signature: Uint8Array): string => base64url(signature.subarray(0, BYTES));
