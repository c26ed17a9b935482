import { existsSync } from "node:fs";
import { livekitProgram } from "../../../scripts/livekit-server.js";

export const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Built where Go is. */
export const livekit = await livekitProgram((line) => console.log(`  ${line}`));

const isCi = process.env.CI !== undefined;
const lackOfRoom = [
  ...(existsSync(chromiumPath) ? [] : [`no Chromium at ${chromiumPath} (set CHROMIUM_PATH)`]),
  ...(livekit === undefined ? ["no Go, which builds the LiveKit server"] : []),
];

/** In CI they fail instead. */
export const skipsRoom = lackOfRoom.length > 0 && !isCi;
if (skipsRoom) console.log(`the page's quickstart is left out: ${lackOfRoom.join("; ")}`);
