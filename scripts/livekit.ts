import { expectFree, livekitProgram, startLivekit } from "./livekit-server.js";

/** The port of `livekit-server --dev`, where clients look first. */
const port = 7880;

async function livekit(): Promise<void> {
  const { LIVEKIT_URL } = process.env;
  if (LIVEKIT_URL) {
    console.log(`LIVEKIT_URL is set: ${LIVEKIT_URL} is used, nothing is started.`);
    return;
  }
  await expectFree(port);
  const built = await livekitProgram((line) => console.log(line));
  if (built === undefined) {
    throw new Error(
      "Go is missing: install it (1.26 or newer) to build the LiveKit server, or set LIVEKIT_URL to one that runs.",
    );
  }
  const server = await startLivekit(built, { port });
  console.log(`LiveKit on ${server.url}\n`);
  console.log(`  export LIVEKIT_URL=${server.url}\n  export LIVEKIT_API_KEY=${server.apiKey}`);
  console.log(`  export LIVEKIT_API_SECRET=${server.apiSecret}\n\nCtrl-C ends it.`);
  const end = () => void server.close();
  process.once("SIGINT", end).once("SIGTERM", end);
  await server.ended;
}

livekit().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
