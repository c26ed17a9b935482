import { randomBytes } from "node:crypto";
import { visitors } from "@equos-broker/express";
import { createApp } from "./app.js";
import { curlIsAFreshVisitor } from "./demo/curl.js";
import { inspection } from "./demo/inspection.js";
import { closeOnSignal, fail, listen, portOf } from "./serve.js";

/** The starter on a local Equos; with EQUOS_API_KEY, on the real one. Nothing but this machine can reach it. */
async function demo(): Promise<void> {
  const wanted = portOf(process.env.PORT);
  const emulator = process.env.EQUOS_API_KEY ? undefined : await localEquos();
  if (!process.env.EQUOS_CHARACTER_ID) throw new Error("EQUOS_API_KEY is set; set EQUOS_CHARACTER_ID as well.");

  // Plain http: Safari keeps no Secure cookie there, loopback or not.
  const visitor = visitors({ secret: randomBytes(32).toString("hex"), secure: false });
  const { app, broker } = createApp(visitor, emulator ? curlIsAFreshVisitor(visitor) : visitor);
  if (emulator) app.use("/demo", inspection(emulator, visitor));

  const { server, port } = await listen(app, wanted, "127.0.0.1");
  closeOnSignal(server, async () => {
    await broker.close({ stop: true });
    emulator?.assertNothingRunning();
    await emulator?.close();
  });
  if (emulator === undefined)
    console.log("EQUOS_API_KEY is set: this is the real Equos, and conversations are billed.");
  console.log(`demo ready http://127.0.0.1:${port}`);
}

async function localEquos() {
  const { startEmulator } = await import("@equos-broker/emulator");
  const emulator = await startEmulator({ port: 0, switches: { joined: "consumer" } });
  process.env.EQUOS_ENDPOINT = emulator.url;
  process.env.EQUOS_API_KEY = emulator.apiKey;
  process.env.EQUOS_CHARACTER_ID = emulator.characterId;
  return emulator;
}

demo().catch((error) => {
  fail(error);
  // A started emulator would keep the process.
  process.exit();
});
