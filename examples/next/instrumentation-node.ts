import { missing, settings } from "./lib/settings";

async function brokerOrWhyNot() {
  const said = missing();
  if (said !== undefined) throw new Error(said);
  return (await import("./lib/broker")).server;
}

/** Says what is missing or wrong, and ends in order: `npm start` leaves the signals to us (`NEXT_MANUAL_SIG_HANDLE`). */
export async function startUp(): Promise<void> {
  const server = await brokerOrWhyNot().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
  // A server that nobody has asked yet does nothing, not even for one that was killed.
  if (settings.redisUrl !== undefined) server.broker.sweep().catch((error) => console.error("sweep:", error.message));
  const end = async () => {
    // npm passes on a Ctrl-C that the terminal has sent here as well.
    if (server.closing) return;
    server.closing = true;
    // Without Redis this also stops what runs: the records end with this process.
    await server.broker.close().catch(console.error);
    // Answers under way get a moment.
    setTimeout(() => process.exit(0), 500);
  };
  process.on("SIGINT", end).on("SIGTERM", end);
}
