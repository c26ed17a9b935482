type Bytes = Uint8Array<ArrayBuffer>;

/** Encrypts with AES-256-GCM by Web Crypto, for runtimes other than Node. The result ends with the 16 bytes of the tag. */
export async function aesSeal(key: Bytes, iv: Bytes, text: Bytes, about: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about }, imported, text));
}

/** Returns the text; `undefined` if the bytes were changed, or sealed with another key or about something else. */
export async function aesOpen(key: Bytes, iv: Bytes, sealed: Bytes, about: Bytes): Promise<Bytes | undefined> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: about }, imported, sealed),
    );
  } catch {
    return undefined;
  }
}
