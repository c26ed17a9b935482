import { redisStore } from "@equos-broker/redis";
import { brokerOn } from "./broker.js";
import { atMost, exactly, type Figure, seconds } from "./figure.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import { timed } from "./measure.js";
import { withClients } from "./redis-clients.js";
import { withRedis } from "./redis-server.js";
import type { Section } from "./section.js";

/** The broker asks Equos again after 5 s. */
const CHECK_MS = 5_200;
/** How long one Redis takes for all of them is told, not checked. */
const STORE_SECONDS = 30;
const WAVES = 3;

/** A page that reloads like mad, on two servers: upstream must not notice. */
export const resumes: Section = {
  name: "resumes",
  title: "Redis store: resumes of one consumer at once, on two servers",
  needsHeap: false,
  needsRedis: true,
  measure: ({ resumes: count }, say) =>
    withRedis((port) =>
      withClients(port, async (clients) => {
        const equos = new LocalEquos();
        equos.lookMs = 50;
        const brokers = clients.map(({ client }) =>
          brokerOn(redisStore(client), equos, { timeouts: { storeSeconds: STORE_SECONDS } }),
        );
        const consumer = { identity: identity(0), name: "Ada Lovelace" };
        const resume = (index: number) => brokers[index % brokers.length]?.start({ consumer, sendsHeartbeats: true });
        for (const broker of brokers) await broker.start({ consumer, sendsHeartbeats: true });

        const figures: Figure[] = [];
        let failed = 0;
        for (let wave = 1; wave <= WAVES; wave += 1) {
          say(`wave ${wave} of ${WAVES}: ${count} at once`);
          await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
          const before = equos.calls.look;
          const took = await timed(async () => {
            const all = await Promise.allSettled(Array.from({ length: count }, (_, index) => resume(index)));
            failed += all.filter((one) => one.status === "rejected" || one.value?.resumed !== true).length;
          });
          const detail = `  (in ${seconds(took)})`;
          const what = `calls to Equos, ${count.toLocaleString("en")} resumes, wave ${wave} after 5 s`;
          figures.push(atMost(what, equos.calls.look - before, 1, undefined, detail));
        }
        figures.push(exactly("resumes of all waves that got no grant", failed, 0));
        figures.push(exactly("conversations started at Equos", equos.calls.start, 1));
        return figures;
      }),
    ),
};
