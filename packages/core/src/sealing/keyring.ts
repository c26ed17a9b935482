import { aesOpen, aesSeal } from "#aes";
import { lazily } from "../environment.js";
import { base64url, encode, fromBase64url, hmacKey, signBytes } from "../hmac.js";
import type { Awaitable } from "../store/store.js";

/** Encrypts the texts of one store. */
export interface Keyring {
  /** @param about what the text belongs to: it opens only for the same */
  seal(text: string, about: string): Awaitable<string>;
  /** Returns `undefined` for a text that does not open. `isCurrent`: the first secret has sealed it. */
  open(sealed: string, about: string): Awaitable<{ readonly text: string; readonly isCurrent: boolean } | undefined>;
  /** Whether a secret that is not in this keyring has sealed the text. */
  isForeign(sealed: string): Awaitable<boolean>;
}

/** Leaves texts readable: for a store in the memory of this process. */
export const plainKeyring: Keyring = {
  seal: (text) => text,
  open: (text) => ({ text, isCurrent: true }),
  isForeign: () => false,
};

const FORM = /^s1\.([\w-]{8})\.([\w-]{16})\.([\w-]+)$/;

/**
 * Returns a keyring that seals with AES-256-GCM: `s1.<key id>.<iv>.<bytes and tag>`. The first secret seals and all of them
 * open, so a new secret is put in front, and the old one is removed when nothing that it has sealed is left.
 */
export function createKeyring(secrets: readonly string[]): Keyring {
  const keys = lazily(() => Promise.all(secrets.map(deriveKey)));
  return {
    async seal(text, about) {
      const [key] = await keys();
      if (key === undefined) throw new TypeError("A keyring needs a secret");
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await aesSeal(key.bytes, iv, encode(text), encode(about));
      return `s1.${key.id}.${base64url(iv)}.${base64url(sealed)}`;
    },
    async open(sealed, about) {
      const [, id, ivText = "", bytesText = ""] = FORM.exec(sealed) ?? [];
      const key = (await keys()).find((candidate) => candidate.id === id);
      const [iv, bytes] = [fromBase64url(ivText), fromBase64url(bytesText)];
      if (key === undefined || iv === undefined || bytes === undefined) return undefined;
      const text = await aesOpen(key.bytes, iv, bytes, encode(about));
      return text && { text: new TextDecoder().decode(text), isCurrent: key === (await keys())[0] };
    },
    async isForeign(sealed) {
      const [, id] = FORM.exec(sealed) ?? [];
      return id !== undefined && !(await keys()).some((key) => key.id === id);
    },
  };
}

/** `id` tells which secret has sealed a text, and nothing about the secret. */
async function deriveKey(secret: string) {
  const key = await hmacKey(secret);
  const id = base64url(await signBytes(key, "equos-broker key id")).slice(0, 8);
  return { id, bytes: await signBytes(key, "equos-broker sealing key") };
}
