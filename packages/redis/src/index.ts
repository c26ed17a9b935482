export type { IoredisClient, NodeRedisClient, RedisClient } from "./client.js";
export type { RedisStoreOptions } from "./store/options.js";
export { redisStore } from "./store/redis-store.js";
export type { UpstashClient } from "./upstash.js";
