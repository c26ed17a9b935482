import { afterAll, describe } from "vitest";
import { type LivekitServer, livekitProgram, startLivekit } from "../../../../scripts/livekit-server.js";
import { notice } from "../../../../scripts/notice.js";

const program = await livekitProgram((line) => notice(`livekit: ${line}`));
const required = process.env.CI !== undefined;
if (program === undefined)
  notice("avatars in rooms are not tested: Go is missing, with which the LiveKit server is built");

/** Runs where a LiveKit server can be had; in CI it must be. */
export const describeWithLivekit = describe.skipIf(program === undefined && !required);

let server: Promise<LivekitServer> | undefined;

/** One server for the tests of a file. */
export function livekit(): Promise<LivekitServer> {
  if (program === undefined) throw new Error("Go is missing, with which the LiveKit server is built");
  server ??= startLivekit(program);
  return server;
}

afterAll(async () => {
  await (await server)?.close();
});
