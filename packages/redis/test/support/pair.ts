import type { RedisClient } from "../../src/index.js";
import { type Connect, type Connected, nodeRedis } from "./clients.js";
import { RedisServer } from "./redis-server.js";
import { until } from "./until.js";

/** A primary and its replica, which change places while they are used. */
export class RedisPair {
  readonly #servers: readonly [RedisServer, RedisServer];
  readonly #ask: readonly [Connected, Connected];
  #primary: 0 | 1 = 0;
  #underWay = 0;
  #promoting: Promise<void> | undefined;
  /** So many more steps until the next promotion. */
  #left = Number.POSITIVE_INFINITY;
  promotions = 0;

  private constructor(servers: readonly [RedisServer, RedisServer], ask: readonly [Connected, Connected]) {
    this.#servers = servers;
    this.#ask = ask;
  }

  static async start(): Promise<RedisPair> {
    // A first copy is made at once, not five seconds after the replica has asked for it.
    const server = () => RedisServer.start("--repl-diskless-sync-delay", "0");
    const servers = [await server(), await server()] as const;
    const ask = [await nodeRedis(servers[0].port), await nodeRedis(servers[1].port)] as const;
    await ask[1].command("REPLICAOF", "127.0.0.1", String(servers[0].port));
    const pair = new RedisPair(servers, ask);
    await pair.#copied();
    return pair;
  }

  get port(): number {
    return this.#servers[this.#primary].port;
  }

  /** The replica is promoted before this step from now, of all that go through `connect`. */
  promoteBefore(step: number): void {
    this.#left = step;
  }

  /** Copies what there is; from here on the replica hears nothing more. */
  async cut(): Promise<void> {
    await this.#copied();
    // It follows a port where nobody is, and keeps what it has.
    await this.#ask[this.#other].command("REPLICAOF", "127.0.0.1", "1");
  }

  /** The primary dies, and the replica takes over with what it has. */
  async failOver(): Promise<void> {
    await this.#servers[this.#primary].kill();
    this.#primary = this.#other;
    await this.#ask[this.#primary].command("REPLICAOF", "NO", "ONE");
    this.promotions += 1;
  }

  /** A client that always talks to whichever is the primary, as one behind a proxy or Sentinel does. */
  async connect(connect: Connect): Promise<Connected> {
    const both = [await connect(this.#servers[0].port), await connect(this.#servers[1].port)] as const;
    const current = () => both[this.#primary];
    return {
      client: switching(
        () => current().client,
        (step) => this.#step(step),
      ),
      command: (...args) => current().command(...args),
      close: async () => void (await Promise.all(both.map((each) => each.close()))),
    };
  }

  get #other(): 0 | 1 {
    return this.#primary === 0 ? 1 : 0;
  }

  async #step<T>(step: () => Promise<T>): Promise<T> {
    this.#left -= 1;
    if (this.#left === 0) this.#promoting = this.#promote();
    await this.#promoting;
    this.#underWay += 1;
    try {
      return await step();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Coordinated: what was sent is through and copied, then the replica takes over and the former primary follows it. */
  async #promote(): Promise<void> {
    await until(() => this.#underWay === 0);
    await this.#copied();
    const [former, next] = [this.#primary, this.#other] as const;
    await this.#ask[next].command("REPLICAOF", "NO", "ONE");
    this.#primary = next;
    await this.#ask[former].command("REPLICAOF", "127.0.0.1", String(this.#servers[next].port));
    this.promotions += 1;
  }

  async #copied(): Promise<void> {
    const { command } = this.#ask[this.#primary];
    // WAIT waits for the writes of its own connection only; what others wrote before is copied before.
    await command("SET", "marker", "");
    await until(async () => Number(await command("WAIT", "1", "100")) === 1);
  }
}

function switching(current: () => RedisClient, gate: <T>(step: () => Promise<T>) => Promise<T>): RedisClient {
  const call =
    (method: string) =>
    (...args: unknown[]) =>
      gate(async () => {
        // Of the client that it stands for, which has the same methods at each call.
        const client = current() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
        return await client[method]?.(...args);
      });
  // The one or the other, as what it stands for.
  return ("evalSha" in current()
    ? { evalSha: call("evalSha"), eval: call("eval") }
    : { evalsha: call("evalsha"), eval: call("eval") }) as unknown as RedisClient;
}
