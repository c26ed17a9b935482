import { aesOpen, aesSeal } from "#aes";
import { base64url, encode, fromBase64url, hmacKey, signBytes } from "../hmac.js";

const FORM = /^s1\.([\w-]{8})\.([\w-]{16})\.([\w-]+)$/;

interface Key {
  /** Tells which secret a text was sealed with; says nothing about it. */
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Opened {
  readonly text: string;
  /** It was sealed with the first of the secrets, not with one that is on its way out. */
  readonly current: boolean;
}

/**
 * Seals texts for a store that others may read: AES-256-GCM, `s1.<key id>.<iv>.<bytes and tag>`. The first secret seals,
 * all open, so a new one is put in front and the old one dropped when nothing sealed with it is left.
 */
export class Keyring {
  readonly #secrets: readonly string[];
  #keys: Promise<readonly Key[]> | undefined;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  get isEmpty(): boolean {
    return this.#secrets.length === 0;
  }

  /** `about`: what the text belongs to. Moved to another place it does not open. */
  async seal(text: string, about: string): Promise<string> {
    const [key] = await this.#derived();
    if (key === undefined) throw new TypeError("A keyring needs a secret");
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await aesSeal(key.bytes, iv, encode(text), encode(about));
    return `s1.${key.id}.${base64url(iv)}.${base64url(sealed)}`;
  }

  /** Whether it was sealed with a secret that this one does not know, if it was sealed at all. */
  async isForeign(sealed: string): Promise<boolean> {
    const [, id] = FORM.exec(sealed) ?? [];
    return id !== undefined && !(await this.#derived()).some((key) => key.id === id);
  }

  async open(sealed: string, about: string): Promise<Opened | undefined> {
    const [, id, ivText = "", bytesText = ""] = FORM.exec(sealed) ?? [];
    const keys = await this.#derived();
    const key = keys.find((each) => each.id === id);
    const [iv, bytes] = [fromBase64url(ivText), fromBase64url(bytesText)];
    if (key === undefined || iv === undefined || bytes === undefined) return undefined;
    const text = await aesOpen(key.bytes, iv, bytes, encode(about));
    return text && { text: new TextDecoder().decode(text), current: key === keys[0] };
  }

  #derived(): Promise<readonly Key[]> {
    this.#keys ??= Promise.all(this.#secrets.map(derive));
    return this.#keys;
  }
}

async function derive(secret: string): Promise<Key> {
  const key = await hmacKey(secret);
  const id = base64url(await signBytes(key, "equos-broker key id")).slice(0, 8);
  return { id, bytes: await signBytes(key, "equos-broker sealing key") };
}
