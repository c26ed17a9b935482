import type { EventLog } from "./event-log.js";
import type { Random } from "./random.js";
import type { RedisProcess } from "./redis-process.js";
import type { RunOptions } from "./run-options.js";
import type { ServerProcess } from "./server-process.js";
import type { Upstream } from "./upstream.js";

export interface Surroundings {
  readonly servers: readonly ServerProcess[];
  readonly redis: RedisProcess;
  readonly upstream: Upstream;
  readonly log: EventLog;
  readonly options: RunOptions;
}

/** What a server has until it is started again, at most. */
const DOWN_MS = 1_500;

/** Everything that goes wrong at random moments, but for single calls to Equos. */
export class Trouble {
  kills = 0;
  pauses = 0;
  #over = false;
  readonly #work: Promise<void>[] = [];
  readonly #wakers = new Set<() => void>();
  readonly #with: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#with = surroundings;
  }

  start(random: Random): void {
    const { flush, failover, kills } = this.#with.options;
    if (kills > 0) this.#every(60 / kills, random.fork("kill"), (own) => this.#kill(own));
    this.#every(6, random.fork("freeze"), (own) => this.#freeze(own));
    this.#every(20, random.fork("close"), (own) => this.#close(own));
    this.#every(8, random.fork("redis"), (own) => this.#redis(own));
    this.#every(9, random.fork("outage"), (own) => this.#outage(own));
    this.#every(8, random.fork("lists"), async (own) => this.#with.upstream.troubleLists(own.between(500, 2_000)));
    if (flush) this.#every(12, random.fork("flush"), () => this.#with.redis.flush());
    if (failover) this.#every(12, random.fork("failover"), (own) => this.#failover(own));
  }

  /** No more trouble; whatever is down comes up again. */
  async end(): Promise<void> {
    this.#over = true;
    for (const wake of this.#wakers) wake();
    await Promise.all(this.#work);
    for (const server of this.#with.servers) server.resume();
    await Promise.all(this.#with.servers.map((server) => server.start()));
  }

  /** Again and again, on average so often, in one after the other. */
  #every(seconds: number, random: Random, act: (random: Random) => Promise<void>): void {
    const run = async () => {
      for (;;) {
        await this.#pause(random.between(0.5, 1.4) * seconds * 1000);
        if (this.#over) return;
        await act(random);
      }
    };
    this.#work.push(run());
  }

  #pause(ms: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wakers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wakers.add(end);
    });
  }

  async #kill(random: Random): Promise<void> {
    const alive = this.#with.servers.filter(({ running }) => running);
    if (alive.length === 0) return;
    const server = random.pick(alive);
    this.kills += 1;
    await server.kill();
    const downMs = random.between(0, DOWN_MS);
    // The next kill does not wait for this server to be back.
    this.#work.push(this.#pause(downMs).then(() => server.start()));
  }

  async #freeze(random: Random): Promise<void> {
    const server = random.pick(this.#with.servers);
    // Mostly short; some longer than any deadline of the broker.
    const ms = random.chance(0.7) ? random.between(200, 3_000) : random.between(3_000, 9_000);
    if (!server.pause()) return;
    this.pauses += 1;
    const freeze = this.#pause(ms).then(() => server.resume());
    this.#work.push(freeze);
  }

  async #close(random: Random): Promise<void> {
    const server = random.pick(this.#with.servers);
    if (!server.running || server.paused) return;
    await server.close();
    await server.start();
  }

  async #redis(random: Random): Promise<void> {
    const { redis } = this.#with;
    if (random.chance(0.5)) {
      this.pauses += 1;
      await redis.freeze(random.between(200, 3_000));
    } else {
      await redis.restart(random.chance(0.7) ? "SIGKILL" : "SIGTERM", random.between(0, 1_500));
    }
  }

  async #failover(random: Random): Promise<void> {
    const { redis } = this.#with;
    redis.replicate();
    await this.#pause(random.between(100, 3_000));
    await redis.failover(random.between(0, 1_000));
  }

  async #outage(random: Random): Promise<void> {
    const which = random.pick([
      ["stopConversation"],
      ["startConversation"],
      ["stopConversation", "getConversationById"],
      ["startConversation", "stopConversation", "getConversationById", "listConversations"],
    ] as const);
    this.#with.upstream.outage(which, random.between(500, 2_500));
  }
}
