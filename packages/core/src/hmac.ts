export type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const encode = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));

/** A key for HMAC-SHA-256, from bytes or from a secret text. Web Crypto: the same on Node and on the edge. */
export function hmacKey(secret: Uint8Array | string): Promise<HmacKey> {
  const bytes = typeof secret === "string" ? encode(secret) : Uint8Array.from(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** The signature of a text, in base64url. */
export async function sign(key: HmacKey, text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(text))));
}

/** Whether the signature is the text's. Web Crypto compares in constant time. */
export async function isSigned(key: HmacKey, text: string, signature: string): Promise<boolean> {
  if (!/^[\w-]{43}$/.test(signature)) return false;
  const binary = atob(signature.replaceAll("-", "+").replaceAll("_", "/"));
  return await crypto.subtle.verify(
    "HMAC",
    key,
    Uint8Array.from(binary, (char) => char.charCodeAt(0)),
    encode(text),
  );
}

export function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
