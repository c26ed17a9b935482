/** AES-256-GCM with Web Crypto, for runtimes that are not Node. The sealed bytes end with the 16 bytes of the tag. */
export async function aesSeal(
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  text: Uint8Array<ArrayBuffer>,
  about: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const params = { name: "AES-GCM", iv, additionalData: about };
  return new Uint8Array(await crypto.subtle.encrypt(params, imported, text));
}

/** The text, or `undefined` when the bytes were sealed with another key, about something else, or changed. */
export async function aesOpen(
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
  about: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  try {
    const params = { name: "AES-GCM", iv, additionalData: about };
    return new Uint8Array(await crypto.subtle.decrypt(params, imported, sealed));
  } catch {
    return undefined;
  }
}
