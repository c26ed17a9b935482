import { type AuthorizeContext, type ConversationStore, memoryStore } from "@equos-broker/core";
import { redisStore } from "@equos-broker/redis";
import { type Broker, brokerOn } from "./broker.js";
import { exchange } from "./exchange.js";
import { between, exactly, type Figure, microseconds, ratio, told } from "./figure.js";
import { conversationId, flat, identity, livekitToken } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { sideBySide, timed } from "./measure.js";
import { withClients } from "./redis-clients.js";
import { hasRedisServer, withRedis } from "./redis-server.js";
import type { Section } from "./section.js";
import { type StillClock, stillClock } from "./still-clock.js";

const CONVERSATIONS = 500;

/** Whether a stranger can tell by the clock that a conversation exists. */
export const strangers: Section = {
  name: "strangers",
  title: "A stranger's stop and keep-alive: foreign against unknown",
  needsHeap: false,
  // The half without Redis is worth having alone.
  needsRedis: false,
  async measure({ strangers: rounds }, say) {
    const clock = stillClock();
    const figures = [...(await askAll("memory", memoryStore({ clock }), clock, rounds, say))];
    if (!hasRedisServer()) return [...figures, told("Redis", "left out, redis-server is not on the path")];
    const onRedis = await withRedis((port) =>
      withClients(port, async ([connected]) => {
        if (connected === undefined) throw new Error("no client");
        return await askAll("Redis", redisStore(connected.client), clock, rounds, say);
      }),
    );
    return [...figures, ...onRedis];
  },
};

interface Theirs {
  readonly id: string;
  readonly token: string;
}

async function askAll(
  name: string,
  store: ConversationStore,
  clock: StillClock,
  rounds: number,
  say: (progress: string) => void,
): Promise<readonly Figure[]> {
  const broker = brokerOn(store, new LocalEquos(), {
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "Eve" }),
    clock,
  });
  const theirs: Theirs[] = [];
  for (let index = 0; index < CONVERSATIONS; index += 1) {
    const { grant } = await broker.start({
      consumer: { identity: identity(index), name: "Ada" },
      sendsHeartbeats: true,
    });
    theirs.push({ id: grant.conversation.id, token: grant.consumerAccessToken });
  }
  const one = () => theirs[Math.floor(Math.random() * theirs.length)] ?? { id: "", token: "" };
  // Both are made by the same work, as strings of their own: what was hashed before, or is in a cache, would be faster.
  const tokens = () => ({ foreign: flat(one().token), unknown: flat(livekitToken(identity(0), Date.now())) });
  const bodies = {
    id: [() => ({ id: one().id }), () => ({ id: conversationId() })],
    // A token that is somebody's, beside an id that is not its own.
    token: [
      () => ({ id: conversationId(), token: tokens().foreign }),
      () => ({ id: conversationId(), token: tokens().unknown }),
    ],
  } as const;
  const statuses = new Set<number>();
  const figures: Figure[] = [];
  for (const action of ["stop", "keepalive"]) {
    for (const [proof, [foreignBody, unknownBody]] of Object.entries(bodies)) {
      say(`${name} store: ${rounds} of each kind, ${action} by ${proof}`);
      const ask = sampleOf(broker, action, statuses);
      const [foreign, unknown] = await sideBySide(
        rounds,
        () => ask(foreignBody()),
        () => ask(unknownBody()),
      );
      const detail = `  (${microseconds(foreign)}, ${microseconds(unknown)})`;
      figures.push(between(`${name}: ${action} by ${proof}`, foreign / unknown, 0.8, 1.25, ratio, detail));
    }
  }
  figures.push(exactly(`${name}: answers other than 404`, [...statuses].filter((status) => status !== 404).length, 0));
  return figures;
}

const sampleOf = (broker: Broker, action: string, statuses: Set<number>) => async (body: object) => {
  // Each a new one: more than a few from one of them are refused before the store is called.
  const request = exchange(action, body, `stranger_${crypto.randomUUID()}`);
  return await timed(async () => {
    statuses.add((await broker.handle(request))?.status ?? 0);
  });
};
