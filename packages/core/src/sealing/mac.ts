type Bytes = Uint8Array<ArrayBuffer>;

/** A key for HMAC-SHA-256. */
export type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Returns a key of these bytes for Web Crypto: for runtimes other than Node. */
export const macKey = (bytes: Bytes): Promise<HmacKey> =>
  crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);

/** Returns the 32 bytes of a text's HMAC-SHA-256. */
export async function mac(key: HmacKey, text: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text));
}

/** Whether these are the bytes of the text's HMAC-SHA-256. Compares in constant time. */
export const isMac = (key: HmacKey, text: Bytes, bytes: Bytes): Promise<boolean> =>
  crypto.subtle.verify("HMAC", key, bytes, text);
