import { type NodeRedisClient, redisLedger } from "@equos-broker/redis";
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

/** The books: in this process, or in Redis, where several servers share them and a restart loses nothing. */
export function ledgerOptions() {
  const { redisUrl, brokerSecrets, deployment } = settings;
  if (redisUrl === undefined) return {};
  return { ledger: redisLedger(redis(redisUrl), { prefix: deployment }), secret: brokerSecrets, deployment };
}
