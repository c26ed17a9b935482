import type { RedisClient } from "../../src/index.js";
import { type Connect, type Connected, nodeRedis } from "./clients.js";
import { RedisServer } from "./redis-server.js";
import { until } from "./until.js";

/** A primary and its replica, which takes over with what it has. */
export class RedisPair {
  readonly #servers: readonly [RedisServer, RedisServer];
  readonly #control: readonly [Connected, Connected];
  #primary: 0 | 1 = 0;

  private constructor(servers: readonly [RedisServer, RedisServer], control: readonly [Connected, Connected]) {
    this.#servers = servers;
    this.#control = control;
  }

  static async start(): Promise<RedisPair> {
    // The first copy is made at once, not five seconds after the replica has requested it.
    const server = () => RedisServer.start("--repl-diskless-sync-delay", "0");
    const servers = [await server(), await server()] as const;
    const control = [await nodeRedis(servers[0].port), await nodeRedis(servers[1].port)] as const;
    await control[1].command("REPLICAOF", "127.0.0.1", String(servers[0].port));
    return new RedisPair(servers, control);
  }

  /** Waits until the replica has everything. From then on it receives nothing. */
  async cut(): Promise<void> {
    const [primary, replica] = this.#control;
    // WAIT waits for the writes of its own connection only. Earlier writes of others are copied before.
    await primary.command("SET", "marker", "");
    await until(async () => Number(await primary.command("WAIT", "1", "100")) === 1);
    // It follows a port where no server listens, and keeps its data.
    await replica.command("REPLICAOF", "127.0.0.1", "1");
  }

  /** The primary dies, and the replica takes over with what it has. */
  async failOver(): Promise<void> {
    await this.#servers[0].kill();
    await this.#control[1].command("REPLICAOF", "NO", "ONE");
    this.#primary = 1;
  }

  /** Returns a client that always uses the primary, as one behind a proxy or Sentinel does. */
  async connect(connect: Connect): Promise<Connected> {
    const both = [await connect(this.#servers[0].port), await connect(this.#servers[1].port)] as const;
    const current = () => both[this.#primary];
    // Both clients have the same methods, and those of the current one are called.
    const client = new Proxy(both[0].client, {
      get: (_, name) => {
        const target = current().client;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }) as RedisClient;
    return {
      client,
      command: (...args) => current().command(...args),
      close: async () => void (await Promise.all(both.map((connection) => connection.close()))),
    };
  }
}
