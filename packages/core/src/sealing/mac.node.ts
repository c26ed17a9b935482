import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";

type Bytes = Uint8Array<ArrayBuffer>;

/** Does the same as `mac.ts` with `node:crypto`: without a promise, for a sixth of the CPU time. */
export type HmacKey = KeyObject;

/** Does the same as `mac.ts`. Node deprecates making a `KeyObject` of Web Crypto's key (DEP0204). */
export const macKey = (bytes: Bytes): HmacKey => createSecretKey(bytes);

/** Does the same as `mac.ts`. */
export const mac = (key: HmacKey, text: Bytes): Bytes => createHmac("sha256", key).update(text).digest();

/** Does the same as `mac.ts`. */
export const isMac = (key: HmacKey, text: Bytes, bytes: Bytes): boolean =>
  bytes.length === 32 && timingSafeEqual(mac(key, text), bytes);
