import { mac } from "#mac";
import type { HmacKey } from "./sealing/mac.js";

export type { HmacKey };

/** Returns the UTF-8 bytes of a text. */
export const encode = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

/** Returns a key for HMAC-SHA-256, from bytes or from a secret text. */
export function hmacKey(secret: Uint8Array | string): Promise<HmacKey> {
  const bytes = typeof secret === "string" ? encode(secret) : Uint8Array.from(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** Returns the 32 bytes of a text's signature; without a promise where the runtime can. */
export const signBytes = (key: HmacKey, text: string): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> =>
  mac(key, text);

/** Returns the signature of a text, in base64url. */
export async function sign(key: HmacKey, text: string): Promise<string> {
  return base64url(await signBytes(key, text));
}

/** Whether the signature is the text's. Web Crypto compares in constant time. */
export async function isSigned(key: HmacKey, text: string, signature: string): Promise<boolean> {
  const bytes = /^[\w-]{43}$/.test(signature) ? fromBase64url(signature) : undefined;
  return bytes !== undefined && (await crypto.subtle.verify("HMAC", key, bytes, encode(text)));
}

/** Random bytes are fetched in blocks: a call of the runtime costs more than the bytes. */
const BLOCK_BYTES = 4096;
let block = new Uint8Array(0);
let used = 0;

/**
 * Returns an id that cannot be guessed, in base64url.
 *
 * @param bytes of randomness; a multiple of 3
 */
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

/** Returns bytes as text. The text is one piece: a slice or a concatenation keeps other strings in memory. */
export function base64url(bytes: Uint8Array): string {
  const characters = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  for (let index = 0; index < characters.length; index += 1) {
    const bit = index * 6;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    characters[index] = ALPHABET[(pair >> (10 - (bit & 7))) & 63] ?? 0;
  }
  return decoder.decode(characters);
}

/** Returns the bytes of a base64url text; `undefined` if it is none. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
