import { redisStore } from "@equos-broker/redis";
import { Redis as Upstash } from "@upstash/redis";
import { Redis as UpstashOnWorkers } from "@upstash/redis/cloudflare";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis5";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { createClient as createClient4, createCluster as createCluster4 } from "redis4";
import { createClient as createClient5, createCluster as createCluster5 } from "redis5";
import { expectTypeOf, it } from "vitest";
import type { IoredisClient, NodeRedisClient, RedisClient, UpstashClient } from "../src/index.js";

it("takes every client of redis", () => {
  redisStore(createClient());
  redisStore(createClient({ url: "redis://localhost", RESP: 3 }));
  redisStore(createClientPool());
  redisStore(createCluster({ rootNodes: [] }));
  redisStore(createSentinel({ name: "main", sentinelRootNodes: [] }));
  expectTypeOf(createClient()).toExtend<NodeRedisClient>();
});

it("takes every client of ioredis", () => {
  redisStore(new Redis());
  redisStore(new Cluster([]));
  expectTypeOf<Redis>().toExtend<IoredisClient>();
  expectTypeOf<Cluster>().toExtend<IoredisClient>();
});

it("takes those of older majors", () => {
  redisStore(createClient4());
  redisStore(createCluster4({ rootNodes: [] }));
  redisStore(createClient5());
  redisStore(createCluster5({ rootNodes: [] }));
  redisStore(new Redis5());
  redisStore(new Cluster5([]));
});

it("takes every client of @upstash/redis", () => {
  redisStore(new Upstash({ url: "https://shop.upstash.example", token: "token" }), { noEviction: true });
  redisStore(UpstashOnWorkers.fromEnv());
  expectTypeOf<Upstash>().toExtend<UpstashClient>();
  // What a team may have in the place of the class, without a cast.
  redisStore({
    evalsha: async (_sha1: string, _keys: string[], _args: unknown[]): Promise<unknown> => null,
    eval: async (_script: string, _keys: string[], _args: unknown[]): Promise<unknown> => null,
    createScript: (script: string) => script,
  });
  // @ts-expect-error -- whoever has not made sure leaves it out
  redisStore(new Redis(), { noEviction: false });
});

it("takes nothing else", () => {
  expectTypeOf<{ get(key: string): Promise<string> }>().not.toExtend<RedisClient>();
  // @ts-expect-error -- a URL is no client
  redisStore("redis://localhost");
  // @ts-expect-error -- there is no such option
  redisStore(new Redis(), { keyPrefix: "shop" });
});
