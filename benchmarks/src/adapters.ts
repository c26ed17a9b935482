import { Agent, request } from "node:http";
import { atMost, exactly, type Figure, microseconds, ratio, told, whole } from "./figure.js";
import { forked } from "./forked.js";
import { each, sideBySide } from "./measure.js";
import type { Section } from "./section.js";

/** Half of what the host itself takes for a request: what stands between it and the broker is to stay the smaller part. */
const MAX_RATIO = 1.5;
const REQUESTS = 500;
const AT_ONCE = 8;
const bodies = { "no body": "", "a body": '{"character":"guide"}' };

/** CPU time of the server's process for a request through an adapter, beside that of the same host without one. */
export const adapters: Section = {
  name: "adapters",
  title:
    "Adapters: CPU time per request beside that of their host alone, over sockets, the server in a process of its own",
  needsHeap: false,
  needsRedis: false,
  async measure({ rounds }, say) {
    const server = await forked("adapter-servers");
    try {
      // As adapter-servers.ts sends them.
      const { ports } = server.first as { ports: Record<string, number> };
      const used = async () => {
        const { cpu, made } = (await server.ask("so far?")) as { cpu: NodeJS.CpuUsage; made: number };
        return { cpu: (cpu.user + cpu.system) / 1000, made };
      };
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      const sample = (name: string, body: string) => async () => {
        const before = (await used()).cpu;
        await each(REQUESTS, AT_ONCE, () => post(agent, ports[name] ?? 0, body));
        return ((await used()).cpu - before) / REQUESTS;
      };
      const figures: Figure[] = [];
      for (const host of ["express", "fastify", "next"]) {
        const { made } = await used();
        for (const [what, body] of Object.entries(bodies)) {
          say(`${host}, ${what}: ${rounds} rounds of ${REQUESTS} requests each`);
          const [own, bare] = await sideBySide(rounds, sample(host, body), sample(`${host}, bare`, body));
          const detail = `  (${microseconds(own)} against ${microseconds(bare)})`;
          const over = `${host}, ${what}: over \`handle\` on a ready exchange`;
          figures.push(atMost(over, own / bare, MAX_RATIO, ratio, detail));
        }
        const objects = (await used()).made - made;
        const counted = `${host}: Request and Response objects made in all of that`;
        // Next itself hands out the one and takes the other.
        figures.push(host === "next" ? told(counted, whole(objects)) : exactly(counted, objects, 0));
      }
      agent.destroy();
      return figures;
    } finally {
      server.end();
    }
  },
};

function post(agent: Agent, port: number, body: string): Promise<void> {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(
      { agent, port, host: "127.0.0.1", method: "POST", path: "/api/equos/start", headers },
      (response) => {
        response.resume();
        response.once("end", () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`)),
        );
      },
    );
    call.once("error", reject);
    call.end(body);
  });
}
