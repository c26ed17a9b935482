import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { localEquos } from "./demo/local-equos.js";

/** Throws where another server listens on the port: its answers would pass for those of Next. */
async function expectFree(port: number): Promise<void> {
  const probe = createServer().listen(port, "127.0.0.1");
  await once(probe, "listening").catch((error) => {
    throw error.code === "EADDRINUSE" ? new Error(`Port ${port} is in use; set PORT to another one.`) : error;
  });
  await once(probe.close(), "close");
}

/** The starter on a local Equos; with EQUOS_API_KEY, on the real one. Nothing but this machine can reach it. */
async function demo(): Promise<void> {
  const port = process.env.PORT || "3000";
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expectFree(Number(port));
  const emulator = process.env.EQUOS_API_KEY ? undefined : await localEquos();
  const env = {
    VISITOR_SECRET: randomBytes(32).toString("hex"),
    COOKIE_OVER_HTTP: "true",
    ...process.env,
    NEXT_MANUAL_SIG_HANDLE: "true",
  };
  const server = spawn("next", ["start", "-H", "127.0.0.1", "-p", port], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => server.kill(signal));
  const ended = once(server, "exit");
  while (server.exitCode === null && !(await answers())) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (server.exitCode === null) {
    if (emulator === undefined)
      console.log("EQUOS_API_KEY is set: this is the real Equos, and conversations are billed.");
    console.log(`demo ready ${url}`);
  }
  const [code] = await ended;
  await emulator?.close();
  process.exit(code ?? 1);
}

demo().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
