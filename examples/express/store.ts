import { redisStore } from "@equos-broker/redis";
import { createClient } from "redis";
import type { Settings } from "./settings.js";

/** Where conversations are recorded: in this process, or in Redis, which several servers share and which outlives a restart. */
export async function openStore({ redisUrl, deployment, brokerSecrets }: Settings) {
  if (redisUrl === undefined) return { options: {}, close: async () => {} };
  const client = createClient({ url: redisUrl }).on("error", (error) => console.error("redis:", error.message));
  await client.connect();
  return {
    options: { store: redisStore(client, { prefix: deployment }), secret: brokerSecrets, deployment },
    close: async () => client.destroy(),
  };
}
