import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { notice } from "../../../scripts/notice.js";

const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const missing = existsSync(path) ? undefined : `no Chromium at ${path} (set CHROMIUM_PATH)`;

/** In CI a missing browser is a failure, elsewhere one printed line. */
export const skipBrowser = missing !== undefined && !process.env.CI;
if (skipBrowser) notice(`browser tests of examples/express are skipped: ${missing}`);

export async function openBrowser(): Promise<Browser> {
  if (missing !== undefined) throw new Error(missing);
  return await chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--disable-background-networking",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
    ],
  });
}
