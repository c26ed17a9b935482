import { randomBytes } from "node:crypto";
import { createApp } from "./app.js";
import { localEquos } from "./demo/local-equos.js";
import { fail, serve } from "./serve.js";
import { settings } from "./settings.js";

/** The starter on a local Equos; with EQUOS_API_KEY, on the real one. Nothing but this machine can reach it. */
async function demo(): Promise<void> {
  const emulator = process.env.EQUOS_API_KEY ? undefined : await localEquos();
  process.env.VISITOR_SECRET ??= randomBytes(32).toString("hex");
  process.env.COOKIE_OVER_HTTP ??= "true";
  const given = settings();
  const app = await createApp(given);
  app.addHook("onClose", async () => {
    emulator?.assertNothingRunning();
    await emulator?.close();
  });
  const port = await serve(app, given.port, "127.0.0.1");
  if (emulator === undefined)
    console.log("EQUOS_API_KEY is set: this is the real Equos, and conversations are billed.");
  console.log(`demo ready http://127.0.0.1:${port}`);
}

demo().catch((error) => {
  fail(error);
  // A started emulator would keep the process.
  process.exit();
});
