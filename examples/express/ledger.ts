import { redisLedger } from "@equos-broker/redis";
import { createClient } from "redis";
import type { Settings } from "./settings.js";

/** The books: in this process, or in Redis, where several servers share them and a restart loses nothing. */
export async function ledgerFor({ redisUrl, deployment, brokerSecrets }: Settings) {
  if (redisUrl === undefined) return { options: {}, close: async () => {} };
  const client = createClient({ url: redisUrl }).on("error", (error) => console.error("redis:", error.message));
  await client.connect();
  return {
    options: { ledger: redisLedger(client, { prefix: deployment }), secret: brokerSecrets, deployment },
    close: async () => client.destroy(),
  };
}
