import type { RedisClient } from "@equos-broker/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";

/** A connected client whose calls are counted: each is one round trip. */
export interface CountedClient {
  readonly library: string;
  readonly client: RedisClient;
  /** So far. */
  trips(): number;
  close(): void;
}

export type Connect = (port: number) => Promise<CountedClient>;

/** So long a command may wait to be sent; the library's own 5 s are less than 10,000 at once take. */
const QUEUE_MS = 60_000;

const nodeRedis: Connect = async (port) => {
  const socket = { host: "127.0.0.1", port };
  const client = createClient({ socket, commandOptions: { timeout: QUEUE_MS } }).on("error", () => undefined);
  await client.connect();
  return { library: "redis", ...counted<RedisClient>(client), close: () => client.destroy() };
};

const ioredis: Connect = async (port) => {
  const client = new Redis({ host: "127.0.0.1", port });
  client.on("error", () => undefined);
  await client.ping();
  return { library: "ioredis", ...counted<RedisClient>(client), close: () => client.disconnect() };
};

export const libraries: readonly Connect[] = [nodeRedis, ioredis];

/** One client of each library. */
export async function withClients<T>(port: number, task: (clients: readonly CountedClient[]) => Promise<T>) {
  const clients = await Promise.all(libraries.map((connect) => connect(port)));
  try {
    return await task(clients);
  } finally {
    for (const client of clients) client.close();
  }
}

function counted<T extends object>(target: T): { readonly client: T; trips(): number } {
  let trips = 0;
  const client = new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        trips += 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { client, trips: () => trips };
}
