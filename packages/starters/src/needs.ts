import { existsSync } from "node:fs";
import { describe } from "vitest";
import { livekitProgram } from "../../../scripts/livekit-server.js";

export const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Built where Go is. */
export const livekit = await livekitProgram((line) => console.log(`  ${line}`));

const missing = [
  ...(existsSync(chromiumPath) ? [] : [`no Chromium at ${chromiumPath} (set CHROMIUM_PATH)`]),
  ...(livekit === undefined ? ["no Go, which builds the LiveKit server"] : []),
];
const skipped = missing.length > 0 && process.env.CI === undefined;
if (skipped) console.log(`the starters are not tried in a browser: ${missing.join("; ")}`);

/** In CI they fail instead. */
export const describeInBrowser = describe.skipIf(skipped);
