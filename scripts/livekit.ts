import { livekitProgram, startLivekit } from "./livekit-server.js";

/** The port of `livekit-server --dev`, where clients look first. */
const port = 7880;

const { LIVEKIT_URL } = process.env;
if (LIVEKIT_URL) {
  console.log(`LIVEKIT_URL is set: ${LIVEKIT_URL} is used, nothing is started.`);
} else {
  const built = await livekitProgram((line) => console.log(line));
  if (built === undefined) {
    console.error(
      "Go is missing: install it (1.26 or newer) to build the LiveKit server, or set LIVEKIT_URL to one that runs.",
    );
    process.exitCode = 1;
  } else {
    const server = await startLivekit(built, { port });
    console.log(`LiveKit on ${server.url}\n`);
    console.log(`  export LIVEKIT_URL=${server.url}\n  export LIVEKIT_API_KEY=${server.apiKey}`);
    console.log(`  export LIVEKIT_API_SECRET=${server.apiSecret}\n\nCtrl-C ends it.`);
    const end = () => void server.close();
    process.once("SIGINT", end).once("SIGTERM", end);
    await server.ended;
  }
}
