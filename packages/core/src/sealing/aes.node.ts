import { createCipheriv, createDecipheriv } from "node:crypto";

const TAG_BYTES = 16;

/** AES-256-GCM with `node:crypto`, which needs no thread pool and takes a few microseconds. As `aes.ts`, byte for byte. */
export async function aesSeal(
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  text: Uint8Array<ArrayBuffer>,
  about: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(about);
  return Uint8Array.from(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]));
}

export async function aesOpen(
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
  about: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (sealed.byteLength < TAG_BYTES) return undefined;
  const end = sealed.byteLength - TAG_BYTES;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES })
      .setAAD(about)
      .setAuthTag(sealed.subarray(end));
    return Uint8Array.from(Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]));
  } catch {
    return undefined; // Another key, another subject, or changed bytes: final() does not say which.
  }
}
