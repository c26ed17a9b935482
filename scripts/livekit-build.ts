import { livekitProgram } from "./livekit-server.js";

// Builds the LiveKit server ahead of the tests that join rooms on it; where it is built, this takes no time.
const program = await livekitProgram((line) => console.log(`  ${line}`));
if (program === undefined) {
  console.error("Go is missing: 1.26 or newer builds the LiveKit server that the tests of avatars need");
  process.exitCode = 1;
}
