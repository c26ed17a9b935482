import { mac } from "#mac";
import type { Consumer } from "./consumer.js";
import { isPromise } from "./deadline.js";
import type { HmacKey } from "./sealing/mac.js";

export type { HmacKey };

export const encode = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

/** A key for HMAC-SHA-256, from bytes or from a secret text. Web Crypto: the same on Node and on the edge. */
export function hmacKey(secret: Uint8Array | string): Promise<HmacKey> {
  const bytes = typeof secret === "string" ? encode(secret) : Uint8Array.from(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The 32 bytes of a text's signature; at once where the runtime can. */
export const signBytes = (key: HmacKey, text: string): Bytes | Promise<Bytes> => mac(key, text);

/** The signature of a text, in base64url. */
export async function sign(key: HmacKey, text: string): Promise<string> {
  return base64url(await signBytes(key, text));
}

/** Whether the signature is the text's. Web Crypto compares in constant time. */
export async function isSigned(key: HmacKey, text: string, signature: string): Promise<boolean> {
  if (!/^[\w-]{43}$/.test(signature)) return false;
  const bytes = fromBase64url(signature);
  return bytes !== undefined && (await crypto.subtle.verify("HMAC", key, bytes, encode(text)));
}

/** Random bytes are fetched in blocks: a call of the runtime costs more than the bytes. */
const BLOCK_BYTES = 4096;
let block = new Uint8Array(0);
let used = 0;

/** Returns an id that cannot be guessed, in base64url. @param bytes of randomness; a multiple of 3 */
export function randomId(bytes: number): string {
  if (used + bytes > block.length) {
    block = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES));
    used = 0;
  }
  used += bytes;
  return base64url(block.subarray(used - bytes, used));
}

const decoder = new TextDecoder();
const ALPHABET = encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

export function base64url(bytes: Uint8Array): string {
  // Of one piece: what is cut or pasted from other strings keeps those in memory.
  const characters = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  for (let index = 0; index < characters.length; index += 1) {
    const bit = index * 6;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    characters[index] = ALPHABET[(pair >> (10 - (bit & 7))) & 63] ?? 0;
  }
  return decoder.decode(characters);
}

export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** There at once where the runtime can make it so. */
type Digest = string | Promise<string>;

/** 128 bits: no two texts have the same hash, and the store stays small. */
const BYTES = 16;

/** Keyed hashes under which a shared store knows consumers, starts, and tokens. They do not reveal what was hashed. */
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
    // Without input all consumers share it, and a server has few characters.
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
