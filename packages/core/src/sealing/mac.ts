/** A key for HMAC-SHA-256. */
export type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Returns the 32 bytes of a text's HMAC-SHA-256, by Web Crypto: for runtimes other than Node. */
export async function mac(key: HmacKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, Uint8Array.from(new TextEncoder().encode(text))));
}
