import { mac } from "#mac";
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
