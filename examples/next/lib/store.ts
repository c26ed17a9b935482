import { type NodeRedisClient, redisStore } from "@equos-broker/redis";
import { createClient } from "redis";
import { settings } from "./settings";

/** Connects with the first call: whoever only builds the app, or loads it, has no Redis. */
function redis(url: string): NodeRedisClient {
  const client = createClient({ url }).on("error", (error: Error) => console.error("redis:", error.message));
  const connected = async () => (client.isOpen ? client : await client.connect());
  return {
    evalSha: async (sha, options) => (await connected()).evalSha(sha, options),
    eval: async (script, options) => (await connected()).eval(script, options),
  };
}

/** Where conversations are recorded: in this process, or in Redis, which several servers share and which outlives a restart. */
export function storeOptions() {
  const { redisUrl, brokerSecrets, deployment } = settings;
  if (redisUrl === undefined) return {};
  return { store: redisStore(redis(redisUrl), { prefix: deployment }), secret: brokerSecrets, deployment };
}
