import { redisLedger } from "@equos-broker/redis";
import { createClient } from "redis";
import { settings } from "./settings";

const { redisUrl, visitorSecret, deployment } = settings;

function redis(url: string) {
  const client = createClient({ url }).on("error", (error: Error) => console.error("redis:", error.message));
  // Calls wait until it is connected. While the app is built nobody calls.
  if (process.env.NEXT_PHASE !== "phase-production-build") void client.connect().catch(() => undefined);
  return client;
}

/** The books: in this process, or in Redis, where several servers share them and a restart loses nothing. */
export const ledgerOptions =
  redisUrl === undefined ? {} : { ledger: redisLedger(redis(redisUrl)), secret: visitorSecret, deployment };
