import type { ConversationStore } from "@equos-broker/core";
import { redisStore } from "@equos-broker/redis";
import { brokerOn } from "./broker.js";
import { exactly, type Figure, told } from "./figure.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { type CountedClient, withClients } from "./redis-clients.js";
import { withRedis } from "./redis-server.js";
import type { Section } from "./section.js";
import { stillClock } from "./still-clock.js";

/** How often each thing a broker does asks Redis. */
export const roundTrips: Section = {
  name: "round-trips",
  title: "Redis store: round trips, counted at the client",
  needsHeap: false,
  needsRedis: true,
  measure: () =>
    withRedis((port) =>
      withClients(port, async (clients) => {
        const figures: Figure[] = [];
        for (const client of clients) figures.push(...(await throughBroker(client)));
        return figures;
      }),
    ),
};

async function throughBroker(counted: CountedClient): Promise<Figure[]> {
  const equos = new LocalEquos();
  const steps: string[] = [];
  const clock = stillClock();
  const broker = brokerOn(named(redisStore(counted.client), steps), equos, { clock });
  const consumer = (index: number) => ({ identity: identity(index), name: "Ada Lovelace" });
  const figures: Figure[] = [];
  let before = 0;
  let atUpstream = 0;
  equos.onCall = () => {
    atUpstream = counted.trips();
  };
  // The store is opened and recovered, and scripts are sent, with their first use.
  await oneOfEach(0);
  before = counted.trips();
  const note = (what: string, wanted: number | undefined, to: number) => {
    const [trips, names] = [to - before, steps.splice(0, to - before)];
    const found = `  (${names.join(", ")})`;
    const line = `${counted.library}: ${what}`;
    figures.push(wanted === undefined ? told(line, `${trips}${found}`) : exactly(line, trips, wanted, found));
    before = to;
  };
  steps.length = 0;
  await oneOfEach(1, note);
  return figures;

  async function oneOfEach(index: number, done: typeof note = () => undefined): Promise<void> {
    const { grant } = await broker.start({ consumer: consumer(index), sendsHeartbeats: true });
    done("start", 3, counted.trips());
    const resumed = await broker.start({ consumer: consumer(index) });
    if (!resumed.resumed) throw new Error("a new conversation in the place of a resume");
    done("resume", 2, counted.trips());
    await broker.heartbeat({ token: grant.consumerAccessToken });
    done("keep-alive by token", 2, counted.trips());
    await broker.heartbeat({ consumer: consumer(index) });
    done("keep-alive by consumer, the version being known", 1, counted.trips());
    await broker.stop({ consumer: consumer(index), pageHide: true });
    done("stop, leaving", 1, counted.trips());
    await broker.stop({ consumer: consumer(index), id: grant.conversation.id });
    done("stop, up to the call to Equos", 1, atUpstream);
    done("stop, after Equos has confirmed it", undefined, counted.trips());
  }
}

/** The same store, and the names of the operations that are called. */
function named(store: ConversationStore, names: string[]): ConversationStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        names.push(String(name));
        return Reflect.apply(member, target, args);
      };
    },
  });
}
