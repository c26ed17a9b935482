import { BrokerError } from "@equos-broker/core";
import { fromUpstash, type UpstashClient } from "./upstash.js";

/** What is used of a client of the package `redis` (node-redis): single server, pool, Sentinel or Cluster. */
export interface NodeRedisClient {
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** What is used of a client of the package `ioredis`: single server, Sentinel or Cluster. */
export interface IoredisClient {
  evalsha(sha1: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** A client of one of the packages, ready to be used. */
export type RedisClient = NodeRedisClient | IoredisClient | UpstashClient;

/** A Lua script, and the lower-case hex of its SHA-1. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** Runs one script in one round trip; two if Redis does not have it (any longer). */
export type RunScript = (script: Script, keys: string[], args: string[]) => Promise<string>;

/** @throws BrokerError `invalid-option` */
export function runnerFor(client: RedisClient): RunScript {
  const { bySha, byText } = waysOf(client);
  return async (script, keys, args) => {
    let answer: unknown;
    try {
      answer = await bySha(script.sha1, keys, args);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      answer = await byText(script.text, keys, args);
    }
    return textOf(answer);
  };
}

type Way = (script: string, keys: string[], args: string[]) => Promise<unknown>;

function waysOf(client: RedisClient): { bySha: Way; byText: Way } {
  if (isNodeRedis(client)) {
    return {
      bySha: (sha, keys, args) => client.evalSha(sha, { keys, arguments: args }),
      byText: (text, keys, args) => client.eval(text, { keys, arguments: args }),
    };
  }
  if (isUpstash(client)) {
    return {
      bySha: (sha, keys, args) => fromUpstash(client.evalsha(sha, keys, args)),
      byText: (text, keys, args) => fromUpstash(client.eval(text, keys, args)),
    };
  }
  if (isIoredis(client)) {
    return {
      bySha: (sha, keys, args) => client.evalsha(sha, keys.length, ...keys, ...args),
      byText: (text, keys, args) => client.eval(text, keys.length, ...keys, ...args),
    };
  }
  throw new BrokerError("invalid-option", {
    hint: "redisStore takes a client of the package redis (createClient, createCluster, createClientPool), ioredis (new Redis, new Cluster) or @upstash/redis (new Redis)",
  });
}

const isNodeRedis = (client: unknown): client is NodeRedisClient => has(client, "evalSha") && has(client, "eval");
const isUpstash = (client: unknown): client is UpstashClient =>
  has(client, "createScript") && has(client, "evalsha") && has(client, "eval");
const isIoredis = (client: unknown): client is IoredisClient => has(client, "evalsha") && has(client, "eval");

function has(client: unknown, method: string): boolean {
  if ((typeof client !== "object" && typeof client !== "function") || client === null) return false;
  // Only looked at: a property of whatever object was passed.
  return typeof (client as Record<string, unknown>)[method] === "function";
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

/** A client may be set to give bytes. */
function textOf(answer: unknown): string {
  if (typeof answer === "string") return answer;
  if (answer instanceof Uint8Array) return new TextDecoder().decode(answer);
  throw new TypeError("Redis answered a script with something other than its text");
}
