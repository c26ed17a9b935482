import { type RedisConfigNodejs, Redis as Upstash } from "@upstash/redis";
import { Cluster, Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { createClient, createCluster } from "redis";
import { createClient as createClient4 } from "redis4";
import { createClient as createClient5 } from "redis5";
import { afterAll } from "vitest";
import type { RedisClient } from "../../src/index.js";
import { startUpstashFront } from "./upstash-front.js";

/** A connected client of one of the packages, and how a test talks to Redis through it. */
export interface Connected {
  readonly client: RedisClient;
  command(...args: [string, ...string[]]): Promise<unknown>;
  close(): Promise<void>;
}

/** `where`: a port of this machine, or a URL. */
export type Connect = (where: number | string) => Promise<Connected>;

const urlOf = (where: number | string): string => (typeof where === "string" ? where : `redis://127.0.0.1:${where}`);

const open = new Set<Connected>();

/** To be called by each test file that connects. */
export function closeClientsAfterwards(): void {
  afterAll(async () => {
    await Promise.all([...open].map((connected) => connected.close().catch(() => {})));
    open.clear();
  });
}

function opened(connected: Connected): Connected {
  open.add(connected);
  return connected;
}

export const nodeRedis: Connect = async (where) => {
  const client = createClient({
    url: urlOf(where),
    socket: { reconnectStrategy: 20 },
    // What a team may have set: commands are kept while there is no connection, and sent later.
    disableOfflineQueue: false,
  }).on("error", () => {});
  await client.connect();
  return opened({
    client,
    command: (...args) => client.sendCommand(args),
    close: async () => client.destroy(),
  });
};

/** Keeps its commands until there is a connection again. */
export const ioredis: Connect = async (where) => {
  const client = new Redis(urlOf(where), { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on("error", () => {});
  await client.ping();
  return opened({
    client,
    command: (name, ...args) => client.call(name, ...args),
    close: async () => client.disconnect(),
  });
};

export const nodeRedisCluster: Connect = async (where) => {
  const client = createCluster({ rootNodes: [{ url: urlOf(where) }] }).on("error", () => {});
  await client.connect();
  return opened({
    client,
    command: (...args) => client.sendCommand(args[1], false, args),
    close: async () => client.destroy(),
  });
};

export const ioredisCluster: Connect = async (where) => {
  const client = new Cluster([urlOf(where)]);
  client.on("error", () => {});
  await client.ping();
  return opened({
    client,
    command: (name, ...args) => client.call(name, ...args),
    close: async () => client.disconnect(),
  });
};

export const clients: readonly (readonly [name: string, connect: Connect])[] = [
  ["redis", nodeRedis],
  ["ioredis", ioredis],
];

const nodeRedis4: Connect = async (where) => {
  const client = createClient4({ url: urlOf(where) }).on("error", () => {});
  await client.connect();
  return opened({ client, command: (...args) => client.sendCommand(args), close: () => client.disconnect() });
};

const nodeRedis5: Connect = async (where) => {
  const client = createClient5({ url: urlOf(where) }).on("error", () => {});
  await client.connect();
  return opened({ client, command: (...args) => client.sendCommand(args), close: async () => client.destroy() });
};

const ioredis5: Connect = async (where) => {
  const client = new Redis5(urlOf(where));
  client.on("error", () => {});
  await client.ping();
  return opened({
    client,
    command: (name, ...args) => client.call(name, ...args),
    close: async () => client.disconnect(),
  });
};

/** Still in use; the types of theirs differ as well (clients.test-d.ts). */
export const olderClients: readonly (readonly [name: string, connect: Connect])[] = [
  ["redis 4", nodeRedis4],
  ["redis 5", nodeRedis5],
  ["ioredis 5", ioredis5],
];

/** Each with an HTTP front of its own. */
export const upstash =
  (options: Partial<RedisConfigNodejs> = {}): Connect =>
  async (where) => {
    const front = await startUpstashFront({ redisUrl: urlOf(where), token: "upstash-test-token" });
    const client = new Upstash({ url: front.url, token: front.token, enableTelemetry: false, ...options });
    return opened({ client, command: (...args) => client.exec(args), close: () => front.close() });
  };

export const upstashClients: readonly (readonly [name: string, connect: Connect])[] = [
  ["@upstash/redis", upstash()],
  [
    "@upstash/redis without pipelines, parsing and encoding",
    upstash({ enableAutoPipelining: false, automaticDeserialization: false, responseEncoding: false }),
  ],
];
