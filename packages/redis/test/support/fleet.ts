import { type BrokerEvent, type BrokerOptions, type Consumer, ConversationBroker } from "@equos-broker/core";
import {
  type ControlledClock,
  type Emulator,
  type EmulatorOptions,
  manualClock,
  startEmulator,
} from "@equos-broker/emulator";
import { onTestFinished } from "vitest";
import { redisLedger } from "../../src/index.js";
import { type Connect, type Connected, ioredis, nodeRedis } from "./clients.js";
import { RedisServer } from "./redis-server.js";

type Options = BrokerOptions<unknown, Consumer, string, unknown>;
export type Broker = ConversationBroker<unknown, Consumer, string, unknown>;

export const secret = "the first secret of this test suite";

/** Servers of one installation: brokers with clients of their own, one Redis, one Equos, and a clock for all. */
export interface Fleet {
  readonly redis: RedisServer;
  readonly emulator: Emulator;
  readonly clock: ControlledClock;
  readonly events: BrokerEvent[];
  readonly log: string[];
  readonly connections: readonly Connected[];
  /** One more server. `connection`: to another Redis than the fleet's own. */
  join(options?: Partial<Options>, connection?: Connected): Promise<Broker>;
  /** Lets so many seconds pass, in steps that no socket falls behind. */
  pass(seconds: number): Promise<void>;
  /** The task's value or error, while time passes. */
  during<T>(task: Promise<T>): Promise<unknown>;
  running(): string[];
}

export async function openFleet(emulation: EmulatorOptions = {}): Promise<Fleet> {
  const clock = manualClock();
  const redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
  const emulator = await startEmulator({ clock, ...emulation });
  const connections: Connected[] = [];
  const brokers: Broker[] = [];
  const events: BrokerEvent[] = [];
  const log: string[] = [];
  onTestFinished(async () => {
    await Promise.all(connections.map((each) => each.close().catch(() => undefined)));
    await emulator.close();
    await redis.remove();
  });
  const note = (details: object, message: string) => void log.push(`${message} ${JSON.stringify(details)}`);
  const libraries: readonly Connect[] = [nodeRedis, ioredis];

  const settle = async () => {
    for (let round = 0; round < 3; round += 1) {
      await fetch(`${emulator.url}/v3/health`).then((answer) => answer.text());
      await Promise.all(connections.map((each) => each.command("PING").catch(() => undefined)));
      await othersThreads();
    }
  };
  const pass = async (seconds: number) => {
    for (let step = 0; step < seconds * 2; step += 1) {
      await clock.advance(500);
      await settle();
    }
  };

  return {
    redis,
    emulator,
    clock,
    events,
    log,
    connections,
    pass,
    join: async (options = {}, given) => {
      // Both client libraries serve the same books.
      const connect = libraries[connections.length % libraries.length] ?? ioredis;
      const connection = given ?? (await connect(redis.port));
      connections.push(connection);
      const broker: Broker = new ConversationBroker<unknown, Consumer, string, unknown>({
        apiKey: emulator.apiKey,
        endpoint: emulator.url,
        characters: { guide: "cha_emulator_guide", coach: "cha_emulator_coach" },
        clock,
        deployment: "fleet",
        secret,
        ledger: redisLedger(connection.client, { clock }),
        logger: { warn: note, error: note },
        onEvent: (event) => void events.push(event),
        ...options,
      });
      brokers.push(broker);
      return broker;
    },
    during: async (task) => {
      let done = false;
      const settled = task.then(
        (value) => value,
        (error: unknown) => error,
      );
      void settled.then(() => {
        done = true;
      });
      await settle();
      while (!done) {
        await clock.advance(250);
        await settle();
      }
      return await settled;
    },
    running: () =>
      emulator
        .conversations()
        .filter(({ status }) => status === "running")
        .map(({ id }) => id),
  };
}

/** What was sealed or digested before is done: on a busy machine the threads for that get their turn late. */
async function othersThreads(): Promise<void> {
  await Promise.all(Array.from({ length: 4 }, () => crypto.subtle.digest("SHA-256", new Uint8Array(1))));
}
