import { broker } from "./lib/broker";
import { missing, settings } from "./lib/settings";

/** Says what is missing, and ends in order: `npm start` leaves the signals to us (`NEXT_MANUAL_SIG_HANDLE`). */
export function startUp(): void {
  const said = missing();
  if (said !== undefined) {
    console.error(said);
    process.exit(1);
  }
  const end = async () => {
    // Only books in Redis outlive this process.
    await broker.close({ stop: settings.redisUrl === undefined }).catch(console.error);
    process.exit(0);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
}
