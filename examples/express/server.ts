import { visitors } from "@equos-broker/express";
import { createApp } from "./app.js";
import { closeOnSignal, fail, listen, portOf } from "./serve.js";

const needed = {
  EQUOS_API_KEY: "your key, from the Equos dashboard",
  EQUOS_CHARACTER_ID: "the character that visitors talk to",
  VISITOR_SECRET: "32 characters or more that sign the visitors' cookie, such as `openssl rand -hex 32` prints",
};

async function start(): Promise<void> {
  const missing = Object.entries(needed).filter(([name]) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(["Set in the environment:", ...missing.map(([name, what]) => `  ${name}  ${what}`)].join("\n"));
  }
  const { app, broker } = createApp(visitors({ secret: process.env.VISITOR_SECRET ?? "" }));
  const { server, port } = await listen(app, portOf(process.env.PORT));
  closeOnSignal(server, () => broker.close({ stop: true }));
  console.log(`Listening on http://localhost:${port}`);
}

start().catch(fail);
