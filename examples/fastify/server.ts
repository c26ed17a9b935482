import { createApp } from "./app.js";
import { fail, serve } from "./serve.js";
import { settings } from "./settings.js";

async function start(): Promise<void> {
  const given = settings();
  const port = await serve(await createApp(given), given.port, "0.0.0.0");
  console.log(`Listening on http://localhost:${port}`);
}

start().catch((error) => {
  fail(error);
  // A connection to Redis would keep the process.
  process.exit();
});
