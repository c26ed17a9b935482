import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleServer } from "../scripts/bundle-server.js";
import type { Violation } from "./checks.js";
import { EventLog } from "./event-log.js";
import type { Act, Ended } from "./facts.js";
import { freePorts } from "./free-ports.js";
import { strangers } from "./misuse.js";
import type { Random } from "./random.js";
import { RedisProcess } from "./redis-process.js";
import type { RunOptions } from "./run-options.js";
import { ServerProcess } from "./server-process.js";
import type { ServerEvent } from "./server-settings.js";
import { terms } from "./terms.js";
import { Upstream } from "./upstream.js";
import type { World } from "./visitor.js";
import { Watch } from "./watch.js";

/** Seals what the brokers keep in Redis; told to nobody else. */
const secret = "a secret of the chaos run, 40 letters long";

/** All that takes part: Equos, Redis, the servers, the clients' view of them, and who watches. */
export class Stage {
  readonly over = new AbortController();
  readonly violations: Violation[] = [];
  readonly ends: Ended[] = [];
  readonly servers: readonly ServerProcess[];
  readonly world: World;
  readonly watch: Watch;
  readonly log: EventLog;
  readonly upstream: Upstream;
  readonly redis: RedisProcess;
  readonly #folder: string;

  static async set(options: RunOptions, random: Random): Promise<Stage> {
    const log = new EventLog(options.log);
    const [redisPort = 0, ...ports] = await freePorts(options.servers + 1);
    const folder = mkdtempSync(join(tmpdir(), "chaos-"));
    const redis = new RedisProcess(redisPort, folder, log);
    await redis.start();
    // What runs after a loss can only be told from an orphan where the API says that somebody is in it.
    const joined = options.keepAlive && !options.flush && !options.failover ? "never" : "consumer";
    const upstream = await Upstream.start({ random: random.fork("faults"), log, terms, joined });
    const program = await bundleServer(folder);
    const stage = new Stage(options, random, { log, redis, upstream, folder, program, ports });
    await Promise.all(stage.servers.map((server) => server.start()));
    return stage;
  }

  private constructor(
    options: RunOptions,
    random: Random,
    made: {
      readonly log: EventLog;
      readonly redis: RedisProcess;
      readonly upstream: Upstream;
      readonly folder: string;
      readonly program: string;
      readonly ports: readonly number[];
    },
  ) {
    const { log, redis, upstream, ports } = made;
    const { emulator } = upstream;
    this.log = log;
    this.redis = redis;
    this.upstream = upstream;
    this.#folder = made.folder;
    const [guide = "", coach = guide] = emulator.characterIds;
    this.servers = ports.map(
      (port, index) =>
        new ServerProcess(index, {
          program: made.program,
          settings: {
            port,
            redisPort: redis.port,
            redisClient: index % 2 === 0 ? "ioredis" : "node-redis",
            endpoint: emulator.url,
            apiKey: emulator.apiKey,
            characters: { default: guide, guide, coach },
            secret,
            terms,
          },
          log,
          random: random.fork(`server ${index}`),
          onEvent: (event) => this.#hear(event),
          onCrash: (text) => this.violations.push({ kind: "crash", text, conversations: [] }),
        }),
    );
    // Every visitor waits for it, with several pauses at once.
    setMaxListeners(0, this.over.signal);
    const acts: Act[] = [];
    this.world = {
      ports,
      log,
      acts,
      violations: this.violations,
      secrets: [...emulator.secretTexts, emulator.apiKey, secret],
      keepAlive: options.keepAlive,
      keepEveryMs: (terms.keepAliveSeconds * 1000) / 3,
      over: this.over.signal,
      join: (conversation) => void emulator.join(conversation),
      ...strangers(),
    };
    this.watch = new Watch(ports, log, random.fork("watch"));
  }

  /** Ends every process, and takes away what Redis kept. */
  async clear(): Promise<void> {
    this.over.abort();
    this.watch.stop();
    await Promise.all(this.servers.map((server) => server.kill()));
    await this.redis.stop("SIGKILL");
    await this.upstream.emulator.close();
    rmSync(this.#folder, { recursive: true, force: true });
    this.log.flush();
  }

  #hear({ type, id, conversation, reason, seconds }: ServerEvent): void {
    if (type !== "conversation.ended") return;
    this.ends.push({
      id: String(id),
      conversation: String(conversation),
      reason: String(reason),
      seconds: Number(seconds),
    });
  }
}
