import { randomBytes } from "node:crypto";
import { visitors } from "@equos-broker/express";
import express from "express";
import { createApp } from "./app.js";
import { curlIsAFreshVisitor } from "./demo/curl.js";
import { inspection } from "./demo/inspection.js";
import { localEquos } from "./demo/local-equos.js";
import { isLocal } from "./local-only.js";
import { fail, serve } from "./serve.js";
import { settings } from "./settings.js";

/** The starter on a local Equos; with EQUOS_API_KEY, on the real one. Nothing but this machine can reach it. */
async function demo(): Promise<void> {
  const emulator = process.env.EQUOS_API_KEY ? undefined : await localEquos();
  process.env.VISITOR_SECRET ??= randomBytes(32).toString("hex");
  process.env.COOKIE_OVER_HTTP ??= "true";
  const given = settings();
  const { app, close } = await createApp(given);

  const outer = express().disable("x-powered-by");
  // What it shows is for this machine's own browser.
  outer.use((req, res, next) => (isLocal(req.headers.host) ? next() : void res.sendStatus(403)));
  if (emulator) {
    const visitor = visitors({ secret: given.visitorSecrets, secure: given.secureCookie });
    outer.use("/demo", inspection(emulator, visitor));
    outer.post("/api/equos/start", curlIsAFreshVisitor(visitor));
  }
  outer.use(app);

  const end = async () => {
    await close();
    emulator?.assertNothingRunning();
    await emulator?.close();
  };
  const port = await serve(outer, given.port, end, "127.0.0.1");
  console.log(
    emulator === undefined
      ? "EQUOS_API_KEY is set: this is the real Equos, and conversations are billed."
      : `what Equos answers, and what of it the page gets: http://127.0.0.1:${port}/demo/`,
  );
  console.log(`demo ready http://127.0.0.1:${port}`);
}

demo().catch((error) => {
  fail(error);
  // A started emulator would keep the process.
  process.exit();
});
