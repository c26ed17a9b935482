import { Redis as Upstash } from "@upstash/redis";
import { Redis as UpstashOnWorkers } from "@upstash/redis/cloudflare";
import { Redis as UpstashOnFastly } from "@upstash/redis/fastly";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { type RedisClient, redisLedger } from "../src/index.js";
import { closeClientsAfterwards, ioredis, nodeRedis } from "./support/clients.js";
import { Desk, TestClock } from "./support/desk.js";
import { anyRedis, describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
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
  ["@upstash/redis without pipelines", overHttp((config) => new Upstash({ ...config, enableAutoPipelining: false }))],
  ["@upstash/redis/cloudflare", overHttp((config) => new UpstashOnWorkers(config))],
  [
    "@upstash/redis/cloudflare without pipelines",
    overHttp((config) => new UpstashOnWorkers({ ...config, enableAutoPipelining: false })),
  ],
  ["@upstash/redis/fastly", overHttp((config) => new UpstashOnFastly({ ...config, backend: "any" }))],
];

/** As tracing wraps a client: whatever is asked of it is asked of the client itself. */
function wrapped<T extends object>(client: T): T {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describeWithServers("a client is used as what it is, bare and wrapped", () => {
  let url: Promise<string> | undefined;

  // Each kind takes a script's keys and arguments in a way of its own; another one's are refused.
  it.each(kinds)("%s", async (name, make) => {
    url ??= anyRedis();
    const { command } = await nodeRedis(await url);
    const client = await make(await url);
    for (const [how, given] of Object.entries({ bare: client, wrapped: wrapped(client) })) {
      const prefix = `kind-${name.replaceAll(/\W/g, "-")}-${how}`;
      const desk = await Desk.at(redisLedger(given, { prefix, clock: new TestClock() }));
      await desk.start("ann-1");
      await command("SCRIPT", "FLUSH");
      expect(await desk.step("find", { claim: { consumer: "ann" } })).toMatchObject({ claim: "found" });
      expect(await desk.step("find", { claim: { consumer: "bob" } })).not.toMatchObject({ claim: "found" });
    }
  });
});
