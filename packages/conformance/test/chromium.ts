import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { notice } from "../../../scripts/notice.js";

const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = existsSync(path) ? undefined : `no Chromium at ${path} (set CHROMIUM_PATH)`;

/** In CI a missing browser is a failure, elsewhere one printed line. */
export const skipBrowser = missing !== undefined && !process.env.CI;
if (skipBrowser) notice(`LiveKit's own clients are not tried: ${missing}`);

export async function openChromium(): Promise<Browser> {
  if (missing !== undefined) throw new Error(missing);
  const media = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
  const quiet = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"];
  return await chromium.launch({ executablePath: path, args: [...quiet, ...media] });
}
