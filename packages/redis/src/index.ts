export type { IoredisClient, NodeRedisClient, RedisClient } from "./client.js";
export type { RedisLedgerOptions } from "./options.js";
export { redisLedger } from "./redis-ledger.js";
export type { UpstashClient } from "./upstash.js";
