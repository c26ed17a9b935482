import {
  type BrokerEvent,
  type BrokerOptions,
  type Clock,
  type Consumer,
  ConversationBroker,
} from "@equos-broker/core";
import { type Emulator, type EmulatorOptions, startEmulator } from "@equos-broker/emulator";
import { onTestFinished } from "vitest";
import { redisStore } from "../../src/index.js";
import { type Connect, type Connected, ioredis, nodeRedis } from "./clients.js";
import { RedisServer } from "./redis-server.js";

type Options = BrokerOptions<unknown, Consumer, string, unknown>;
export type Broker = ConversationBroker<unknown, Consumer, string, unknown>;

export const secret = "the first secret of this test suite";
export const ada = { identity: "ada.lovelace@example.test", name: "Ada" };
export const ben = { identity: "ben", name: "Ben" };
export const guide = { consumer: ada, character: "guide" };
export const bensGuide = { ...guide, consumer: ben };

/** Servers of one deployment: brokers with clients of their own, one Redis, and one Equos. Time is the system's. */
export interface Fleet {
  readonly redis: RedisServer;
  readonly emulator: Emulator;
  readonly clock: Clock;
  readonly events: BrokerEvent[];
  readonly log: string[];
  readonly connections: readonly Connected[];
  /** Adds a server. `connection`: default is one of its own to the fleet's Redis. */
  join(options?: Partial<Options>, connection?: Connected): Promise<Broker>;
  /** Sends a command to the fleet's Redis, by a connection that no broker uses. */
  command(...args: [string, ...string[]]): Promise<unknown>;
  /** Ids of what runs at Equos. */
  running(): string[];
  /** Number of calls that may have created a conversation. */
  starts(): number;
  /** Types of the events so far. */
  types(): BrokerEvent["type"][];
}

export async function openFleet(emulation: EmulatorOptions = {}): Promise<Fleet> {
  const redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
  const emulator = await startEmulator(emulation);
  const clock = stoppableClock();
  const control = await nodeRedis(redis.port);
  const connections: Connected[] = [];
  const events: BrokerEvent[] = [];
  const log: string[] = [];
  onTestFinished(async () => {
    clock.stop();
    await Promise.all([control, ...connections].map((connection) => connection.close().catch(() => undefined)));
    await emulator.close();
    await redis.remove();
  });
  const note = (details: object, message: string) => void log.push(`${message} ${JSON.stringify(details)}`);
  const libraries: readonly Connect[] = [nodeRedis, ioredis];
  return {
    redis,
    emulator,
    clock,
    events,
    log,
    connections,
    command: control.command,
    join: async (options = {}, given) => {
      // Both client libraries use the same data.
      const connect = libraries[connections.length % libraries.length] ?? ioredis;
      const connection = given ?? (await connect(redis.port));
      connections.push(connection);
      return new ConversationBroker<unknown, Consumer, string, unknown>({
        apiKey: emulator.apiKey,
        endpoint: emulator.url,
        characters: { guide: "cha_emulator_guide", coach: "cha_emulator_coach" },
        clock,
        deployment: "fleet",
        secret,
        store: redisStore(connection.client),
        timeouts: { startSeconds: 2, lateResponseSeconds: 3, stopSeconds: 1, hookSeconds: 1, storeSeconds: 1 },
        leaveGraceSeconds: 0.5,
        logger: { warn: note, error: note },
        onEvent: (event) => void events.push(event),
        ...options,
      });
    },
    running: () =>
      emulator
        .conversations()
        .filter(({ status }) => status === "running")
        .map(({ id }) => id),
    starts: () => emulator.requests().filter(({ operation }) => operation === "startConversation").length,
    types: () => events.map(({ type }) => type),
  };
}

/** The system's time, until the test is over. With a clock of its own each broker of this process sweeps. */
function stoppableClock(): Clock & { stop(): void } {
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimeout: (task, milliseconds) => {
      if (isStopped) return undefined;
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, milliseconds);
      timers.add(timer);
      return timer;
    },
    // A handle of the function above.
    clearTimeout: (timer) => {
      timers.delete(timer as NodeJS.Timeout);
      clearTimeout(timer as NodeJS.Timeout);
    },
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Returns the code of the error that the task fails with; `undefined` if it succeeds. */
export async function codeOf(task: Promise<unknown>): Promise<string | undefined> {
  try {
    await task;
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
