/** A key for HMAC-SHA-256. */
export type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const encoder = new TextEncoder();

/** The HMAC-SHA-256 of a text, 32 bytes, with Web Crypto: for runtimes that are not Node. */
export async function mac(key: HmacKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, Uint8Array.from(encoder.encode(text))));
}
