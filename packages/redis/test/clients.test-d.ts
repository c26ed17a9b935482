import { redisLedger } from "@equos-broker/redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { expectTypeOf, it } from "vitest";
import type { IoredisClient, NodeRedisClient, RedisClient } from "../src/index.js";

it("takes every client of redis", () => {
  redisLedger(createClient());
  redisLedger(createClient({ url: "redis://localhost", RESP: 3 }));
  redisLedger(createClientPool());
  redisLedger(createCluster({ rootNodes: [] }));
  redisLedger(createSentinel({ name: "main", sentinelRootNodes: [] }));
  expectTypeOf(createClient()).toExtend<NodeRedisClient>();
});

it("takes every client of ioredis", () => {
  redisLedger(new Redis());
  redisLedger(new Cluster([]));
  expectTypeOf<Redis>().toExtend<IoredisClient>();
  expectTypeOf<Cluster>().toExtend<IoredisClient>();
});

it("takes nothing else", () => {
  expectTypeOf<{ get(key: string): Promise<string> }>().not.toExtend<RedisClient>();
  // @ts-expect-error -- a URL is no client
  redisLedger("redis://localhost");
  // @ts-expect-error -- there is no such option
  redisLedger(new Redis(), { keyPrefix: "shop" });
});
