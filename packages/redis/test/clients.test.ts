import { readFileSync } from "node:fs";
import { type RedisConfigNodejs, Redis as Upstash } from "@upstash/redis";
import { Redis as UpstashOnWorkers } from "@upstash/redis/cloudflare";
import { Redis as UpstashOnFastly } from "@upstash/redis/fastly";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { type RedisClient, redisStore } from "../src/index.js";
import { closeClientsAfterwards, ioredis, nodeRedis } from "./support/clients.js";
import { ada, codeOf, guide, openFleet } from "./support/fleet.js";
import { anyRedis, describeWithRedis, describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
import { proposal, TestStore } from "./support/test-store.js";
import { until } from "./support/until.js";
import { startUpstashFront } from "./support/upstash-front.js";

stopServersAfterwards();
closeClientsAfterwards();

type Make = (redisUrl: string) => Promise<RedisClient>;

const overHttp =
  (make: (config: { url: string; token: string }) => RedisClient): Make =>
  async (redisUrl) => {
    const front = await startUpstashFront({ redisUrl, token: "a token of this test" });
    onTestFinished(() => front.close());
    return make({ url: front.url, token: front.token });
  };

/** Those of `support/clients.ts` run the whole suite for stores. */
const kinds: readonly (readonly [name: string, make: Make])[] = [
  ["redis", async (url) => (await nodeRedis(url)).client],
  ["ioredis", async (url) => (await ioredis(url)).client],
  [
    "ioredis with pipelines",
    async (url) => {
      const client = new Redis(url, { enableAutoPipelining: true });
      onTestFinished(() => client.disconnect());
      return client;
    },
  ],
  ["@upstash/redis", overHttp((config) => new Upstash(config))],
  ["@upstash/redis/cloudflare", overHttp((config) => new UpstashOnWorkers(config))],
  [
    "@upstash/redis/cloudflare without pipelines",
    overHttp((config) => new UpstashOnWorkers({ ...config, enableAutoPipelining: false })),
  ],
  ["@upstash/redis/fastly", overHttp((config) => new UpstashOnFastly({ ...config, backend: "any" }))],
];

/** As tracing wraps a client: each call goes to the client itself. */
function wrapped<T extends object>(client: T): T {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describeWithServers("redisStore takes a client, bare and wrapped", () => {
  let url: Promise<string> | undefined;

  it.each(kinds)("of %s", async (name, make) => {
    url ??= anyRedis();
    const { command } = await nodeRedis(await url);
    const client = await make(await url);
    for (const [how, given] of Object.entries({ bare: client, wrapped: wrapped(client) })) {
      const tested = await TestStore.at(given, { prefix: `kind-${name.replaceAll(/\W/g, "-")}-${how}` });
      const version = await tested.saved({
        consumer: "ann",
        aliases: { set: ["a"] },
        sealed: { set: { x: '{"a":1}' } },
      });
      await command("SCRIPT", "FLUSH");
      expect(await tested.load("ann")).toMatchObject({ version, state: "state", sealed: { x: '{"a":1}' } });
      expect(await tested.byAlias("a")).toMatchObject({ consumer: "ann", version });
    }
  });
});

describeWithServers("@upstash/redis", () => {
  async function open(options: Partial<RedisConfigNodejs> = {}) {
    const fleet = await openFleet();
    const front = await startUpstashFront({ redisUrl: fleet.redis.url, token: "the right token" });
    onTestFinished(() => front.close());
    const retry = { retries: 2, backoff: () => 0 };
    const { url, token } = front;
    const client = new Upstash({ url, token, enableTelemetry: false, retry, ...options });
    const broker = await fleet.join({ store: redisStore(client) });
    return { fleet, front, client, broker };
  }

  it.each([0, 1, 2])("sends request %i of a start again if its answer is lost, and starts once", async (index) => {
    const { fleet, front, broker } = await open();
    await broker.start({ ...guide, consumer: { identity: "ben", name: "Ben" } });
    for (let other = 0; other < index; other += 1) front.next("none");
    front.next("executed");
    const { grant } = await broker.start(guide);
    expect(fleet.starts()).toBe(2);
    front.next("executed");
    expect(await broker.stop({ consumer: ada })).toMatchObject({ conversation: { id: grant.conversation.id } });
    await until(() => fleet.running().length === 1);
  });

  it("sends the operations of one moment in one request, which may arrive twice", async () => {
    const { fleet, front, client } = await open();
    const tested = await TestStore.at(client, { prefix: "other" });
    await tested.saved({ consumer: "ann" });
    const before = front.requests();
    front.next("executed");
    const names = ["bob", "cy", "dan"];
    const saves = await Promise.all(names.map((consumer) => tested.save({ consumer })));
    expect(front.requests() - before).toBe(2);
    // The session loads after a conflict, and finds its own change.
    expect(saves.map(({ result }) => result)).toEqual(["version-conflict", "version-conflict", "version-conflict"]);
    await fleet.command("SCRIPT", "FLUSH");
    const loads = await Promise.all(names.map((consumer) => tested.load(consumer)));
    expect(loads).toMatchObject(names.map((consumer) => ({ consumer, state: "state" })));
    // The hashes of the scripts, and the scripts.
    expect(front.requests() - before).toBe(4);
  });

  it("is given up after storeSeconds, and blocks no other operation", async () => {
    const { fleet, front, client } = await open();
    const broker = await fleet.join({ store: redisStore(client), timeouts: { storeSeconds: 0.3 } });
    front.next("silence");
    const code = codeOf(broker.start(guide));
    await until(() => front.requests() === 1);
    await redisStore(client, { prefix: "other" }).open(proposal);
    expect(await code).toBe("store-unavailable");
    expect(await broker.start(guide)).toMatchObject({ resumed: false });
  });

  it("shows no command in an error or in the log, whatever HTTP returns", async () => {
    const { fleet, front, broker } = await open();
    for (const [status, text] of [
      [401, '{"error":"WRONGPASS invalid or missing auth token"}'],
      [500, "<html>bad gateway</html>"],
      [200, "garbage"],
      [400, '{"error":"ERR max daily request limit exceeded"}'],
    ] as const) {
      front.next({ status, text });
      const error: unknown = await broker.start(guide).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "store-unavailable", status: 503, cause: expect.any(Error) });
      // An error carries its cause, as the line above checks.
      const { cause } = error as { readonly cause: Error };
      expect(`${cause.message} ${cause.stack}`).not.toMatch(/command was|evalsha|local function|nonce/);
    }
    expect(fleet.log.join()).not.toMatch(/command was|evalsha/);
    expect(await codeOf(broker.start(guide))).toBeUndefined();
  });

  it.each([{}, { enableAutoPipelining: false }, { enableAutoPipelining: false, responseEncoding: false as const }])(
    "rejects a request that its signal has aborted: %j",
    async (options) => {
      // The client returns the reason, as if Redis had returned it.
      const { client } = await open({ ...options, signal: AbortSignal.abort() });
      await expect(redisStore(client).open(proposal)).rejects.toThrow();
      const context = { storeId: "any", seen: 0 };
      await expect(redisStore(client).claimDue({ limit: 1, leaseMs: 1 }, context)).rejects.toThrow();
    },
  );
});

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const tested = readme.slice(readme.indexOf("## Tested versions"));
const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

const installedVersions = (names: readonly string[]): string[] =>
  names.map((name) => {
    const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return minor(JSON.parse(readFileSync(manifest, "utf8")).version);
  });

const libraries = [
  ["redis", ["redis4", "redis5", "redis"]],
  ["ioredis", ["ioredis5", "ioredis"]],
  ["@upstash/redis", ["@upstash/redis"]],
] as const;

describe("the README names the tested versions", () => {
  it.each(libraries)("of %s", (name, installed) => {
    const row = tested.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
    const [, , cell = ""] = row.split("|");
    expect(cell.match(/\d+\.\d+/g)).toEqual(installedVersions(installed));
  });
});

describeWithRedis("the README names the tested versions", () => {
  it("of Redis", async () => {
    const { command } = await nodeRedis(await anyRedis());
    const [, version = ""] = /redis_version:(\S+)/.exec(String(await command("INFO", "server"))) ?? [];
    expect(new Set([...tested.matchAll(/Redis (\d+\.\d+)/g)].map(([, named]) => named))).toEqual(
      new Set([minor(version)]),
    );
  });
});
