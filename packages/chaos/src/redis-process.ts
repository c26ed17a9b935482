import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { EventLog } from "./event-log.js";
import type { Loss } from "./facts.js";
import { Spells } from "./spells.js";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The one Redis: every write is on disk before it is answered, so that a restart loses nothing. */
export class RedisProcess {
  readonly port: number;
  /** When it was there and neither stopped nor frozen. */
  readonly awake = new Spells();
  readonly losses: Loss[] = [];
  restarts = 0;
  readonly #folder: string;
  readonly #log: EventLog;
  #child: ChildProcess | undefined;
  #copiedAt: number | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(port: number, folder: string, log: EventLog) {
    this.port = port;
    this.#folder = folder;
    this.#log = log;
    mkdirSync(this.#data, { recursive: true });
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  get #copy(): string {
    return join(this.#folder, "copy");
  }

  async start(): Promise<void> {
    const settings = {
      port: this.port,
      bind: "127.0.0.1",
      dir: this.#data,
      save: "",
      appendonly: "yes",
      appendfsync: "always",
      // A copy of the folder is then a copy of the data, but for an end that may be cut off.
      "auto-aof-rewrite-percentage": 0,
      "aof-load-truncated": "yes",
      "maxmemory-policy": "noeviction",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn("redis-server", args, { stdio: "ignore" });
    this.#child = child;
    const absent = new Promise<never>((_, reject) => {
      child.once("error", () => reject(new Error("redis-server is not on the path: the chaos run needs it")));
    });
    await Promise.race([this.#answers(), absent]);
    this.awake.begin();
    this.#log.add("redis.ready", { everybody: true });
  }

  async #answers(): Promise<void> {
    const client = this.connect();
    // Closed early, when there is no Redis, it fails.
    await client.ping().finally(() => client.disconnect());
  }

  /** A connection of the harness' own. */
  connect(): Redis {
    const client = new Redis({
      port: this.port,
      host: "127.0.0.1",
      maxRetriesPerRequest: 200,
      retryStrategy: () => 50,
    });
    client.on("error", () => undefined);
    return client;
  }

  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    this.awake.end();
    this.#log.add("redis.signal", { signal, everybody: true });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGCONT");
    child.kill(signal);
    await ended;
  }

  restart(signal: "SIGKILL" | "SIGTERM", downMs: number): Promise<void> {
    return this.#inTurn(async () => {
      this.restarts += 1;
      await this.stop(signal);
      await wait(downMs);
      await this.start();
    });
  }

  freeze(ms: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#child?.kill("SIGSTOP");
      this.awake.end();
      this.#log.add("redis.pause", { ms, everybody: true });
      await wait(ms);
      this.#child?.kill("SIGCONT");
      this.awake.begin();
      this.#log.add("redis.resume", { everybody: true });
    });
  }

  flush(): Promise<void> {
    return this.#inTurn(async () => {
      const client = this.connect();
      const since = Date.now();
      await client.flushall();
      client.disconnect();
      this.#lost({ since, all: true }, "redis.flush");
    });
  }

  /** What the replica has, that will be promoted. */
  replicate(): void {
    rmSync(this.#copy, { recursive: true, force: true });
    this.#copiedAt = Date.now();
    cpSync(this.#data, this.#copy, { recursive: true });
    this.#log.add("redis.copy", { everybody: true });
  }

  /** The server dies, and the replica takes its place: all that was written since the copy is lost. */
  failover(downMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const since = this.#copiedAt;
      if (since === undefined || !existsSync(this.#copy)) return;
      this.restarts += 1;
      await this.stop("SIGKILL");
      rmSync(this.#data, { recursive: true, force: true });
      renameSync(this.#copy, this.#data);
      this.#copiedAt = undefined;
      this.#lost({ since, all: false }, "redis.failover");
      await wait(downMs);
      await this.start();
    });
  }

  /** One trouble at a time. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #lost(what: Omit<Loss, "at">, name: string): void {
    const at = Date.now();
    this.losses.push({ ...what, at });
    this.#log.add(name, { lostMs: at - what.since, everybody: true });
  }
}
