import { createApp } from "./app.js";
import { fail, serve } from "./serve.js";
import { settings } from "./settings.js";

async function start(): Promise<void> {
  const given = settings();
  const { app, close } = await createApp(given);
  const port = await serve(app, given.port, close);
  console.log(`Listening on http://localhost:${port}`);
}

start().catch((error) => {
  fail(error);
  // A connection to Redis would keep the process.
  process.exit();
});
