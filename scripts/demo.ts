import { spawn } from "node:child_process";
import { buildPage } from "./build-page.js";
import { builtLivekit, startLivekit } from "./livekit-server.js";
import { root } from "./workspace.js";

// As `npm run demo` in a copy of the folder, but on the sources of the workspace.
await buildPage("express");

const built = process.env.LIVEKIT_URL ? undefined : builtLivekit();
const livekit = built === undefined ? undefined : await startLivekit(built);
const room =
  livekit === undefined
    ? { LIVEKIT_HOW: "`npx -y pnpm@12 livekit` builds one, once" }
    : { LIVEKIT_URL: livekit.url, LIVEKIT_API_KEY: livekit.apiKey, LIVEKIT_API_SECRET: livekit.apiSecret };

const demo = spawn(process.execPath, ["--conditions=@equos-broker/source", "--import", "tsx", "demo.ts"], {
  cwd: `${root}/examples/express`,
  env: { ...process.env, ...room },
  stdio: "inherit",
});
// A terminal tells both; a signal to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (signal === "SIGTERM" || !process.stdin.isTTY) demo.kill(signal);
  });
}
const code = await new Promise<number | null>((resolve) => demo.once("exit", resolve));
await livekit?.close();
process.exitCode = code ?? 1;
