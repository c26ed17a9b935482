import { createHmac, KeyObject } from "node:crypto";
import type { HmacKey } from "./mac.js";

/** Does the same as `mac.ts` with `node:crypto`: without a promise, for a sixth of the CPU time. */
export function mac(key: HmacKey, text: string): Uint8Array<ArrayBuffer> {
  return createHmac("sha256", KeyObject.from(key)).update(text, "utf8").digest();
}
