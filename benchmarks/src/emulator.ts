import { Agent, request } from "node:http";
import { atMost, between, type Figure, microseconds, ratio, told } from "./figure.js";
import { type Forked, forked } from "./forked.js";
import { each, median } from "./measure.js";
import type { Section } from "./section.js";

const MAX_START_MS = 150;
const MIN_TIMES = 3;
const STARTS = 400;
const AT_ONCE = 8;

interface Started {
  readonly url: string;
  readonly key: string;
  readonly character: string;
  readonly loading: number;
  readonly starting: number;
}

const milliseconds = (value: number) => `${value.toFixed(0)} ms`;

/** How fast an emulator is there, and that it is never what limits a broker that is measured on it. */
export const emulator: Section = {
  name: "emulator",
  title:
    "Emulator: until it listens, in a fresh process; its CPU time per start beside that of the fastest broker asking for it",
  needsHeap: false,
  needsRedis: false,
  async measure({ rounds }, say) {
    const times: Started[] = [];
    for (let round = 0; round < Math.min(9, rounds); round += 1) {
      const fresh = await forked("emulator-server");
      // As emulator-server.ts sends it.
      times.push(fresh.first as Started);
      fresh.end();
    }
    const starting = median(times.map((time) => time.starting));
    const whole = median(times.map((time) => time.loading + time.starting));
    const figures: Figure[] = [
      atMost("startEmulator() until it listens", starting, MAX_START_MS, milliseconds),
      atMost("the same, loading the package included", whole, MAX_START_MS, milliseconds),
    ];
    const upstream = await forked("emulator-server");
    const { url, key, character } = upstream.first as Started;
    const brokers = await forked("broker-servers", [url, key, character]);
    try {
      // As broker-servers.ts sends it.
      const { ports } = brokers.first as { ports: Record<string, number> };
      const ratios: number[] = [];
      for (const [host, port] of Object.entries(ports)) {
        say(`a broker on ${host}: ${rounds} rounds of ${STARTS} starts`);
        const { asking, answering } = await compared(brokers, upstream, port, rounds);
        ratios.push(asking / answering);
        figures.push(
          told(
            `CPU per start: a broker on ${host}, and the emulator`,
            `${microseconds(asking)}, ${microseconds(answering)}`,
          ),
        );
      }
      const fastest = Math.min(...ratios);
      return [
        ...figures,
        between(
          "starts that the emulator serves for one that the fastest can ask for",
          fastest,
          MIN_TIMES,
          Number.POSITIVE_INFINITY,
          ratio,
        ),
      ];
    } finally {
      brokers.end();
      upstream.end();
    }
  },
};

async function cpuOf(process: Forked): Promise<number> {
  // As both programs send it.
  const { cpu } = (await process.ask("so far?")) as { cpu: NodeJS.CpuUsage };
  return (cpu.user + cpu.system) / 1000;
}

let users = 0;

/** Both sides' CPU time for the same starts. */
async function compared(brokers: Forked, upstream: Forked, port: number, rounds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const samples: { asking: number; answering: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const before = [await cpuOf(brokers), await cpuOf(upstream)] as const;
    await each(STARTS, AT_ONCE, () => start(agent, port));
    const after = [await cpuOf(brokers), await cpuOf(upstream)] as const;
    if (round >= 0)
      samples.push({ asking: (after[0] - before[0]) / STARTS, answering: (after[1] - before[1]) / STARTS });
  }
  agent.destroy();
  return {
    asking: median(samples.map(({ asking }) => asking)),
    answering: median(samples.map(({ answering }) => answering)),
  };
}

/** A start by somebody who has none yet. */
function start(agent: Agent, port: number): Promise<void> {
  users += 1;
  const headers = { "content-type": "application/json", "content-length": 2, "x-user": `user-${users}` };
  return new Promise((resolve, reject) => {
    const options = { agent, port, host: "127.0.0.1", method: "POST", path: "/api/equos/start", headers };
    const call = request(options, (response) => {
      response.resume();
      response.once("end", () => {
        if (response.statusCode === 201) resolve();
        else reject(new Error(`start answered ${response.statusCode}`));
      });
    });
    call.once("error", reject);
    call.end("{}");
  });
}
