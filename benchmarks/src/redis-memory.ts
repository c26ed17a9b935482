import { redisStore } from "@equos-broker/redis";
import { Redis } from "ioredis";
import { brokerOn } from "./broker.js";
import { atMost, bytes, told } from "./figure.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { each } from "./measure.js";
import { withClients } from "./redis-clients.js";
import { withRedis } from "./redis-server.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";

const MAX_BYTES = 2560;
/** Pages that a record remembers. */
const REMEMBERED = 8;

/** What a live conversation takes of Redis' memory, sealed, in all keys together. */
export const redisMemory: Section = {
  name: "redis-memory",
  title: "Redis store: memory",
  needsHeap: false,
  needsRedis: true,
  measure: ({ redisConversations: count }, say) =>
    withRedis((port) =>
      withClients(port, async ([connected]) => {
        if (connected === undefined) throw new Error("no client");
        const redis = new Redis({ host: "127.0.0.1", port });
        const clock = stillClock();
        const broker = brokerOn(redisStore(connected.client), new LocalEquos(), { clock });
        const consumer = (index: number) => ({ identity: identity(index), name: "Ada Lovelace" });
        const start = (index: number) => broker.start({ consumer: consumer(index), sendsHeartbeats: true });
        // Scripts and the store's own entries belong to no conversation.
        await start(count);
        await broker.heartbeat({ consumer: consumer(count) });
        const before = await usedMemory(redis);
        const perConversation = async () => ((await usedMemory(redis)) - before) / count;
        say(`starting ${count} conversations`);
        await each(count, 50, start);
        const started = await perConversation();
        say("keeping them alive, and resuming some");
        await each(count, 50, (index) => broker.heartbeat({ consumer: consumer(index) }));
        const kept = await perConversation();
        const some = Math.ceil(count / 10);
        for (let resume = 0; resume < REMEMBERED; resume += 1) await each(some, 50, start);
        const resumed = kept + ((await perConversation()) - kept) * (count / some);
        redis.disconnect();
        const what = `bytes per live conversation, of ${count.toLocaleString("en")}`;
        return [
          atMost(`${what}, started`, started, MAX_BYTES, bytes),
          atMost(`${what}, kept alive`, kept, MAX_BYTES, bytes),
          told(`the same, handed out again ${REMEMBERED} times`, bytes(resumed)),
        ];
      }),
    ),
};

/** Without the connections' own buffers, which grow and shrink with the traffic. */
async function usedMemory(redis: Redis): Promise<number> {
  const text = await redis.info("memory");
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(text)?.[1]);
  return read("used_memory") - read("mem_clients_normal");
}
