import { type Forked, forked } from "../forked.js";
import type { Kind } from "./errands.js";
import type { Connect, Done, Job } from "./load.js";
import type { Rival } from "./rivals.js";

/** What one visit to a server came to. */
export interface Visit {
  readonly requests: number;
  /** CPU time of the server's process, in ms, for all of them. */
  readonly cpu: number;
  readonly perSecond: number;
  /** In ms. */
  readonly p99: number;
}

type Errands = Pick<Job, "kind" | "count" | "status">;

/** Connections where the load is to keep a server busy. */
const MANY = 16;
/** Consumers whose conversations are resumed, and as many who may not start. */
export const REGULARS = 200;

/** A server in a process of its own, and the load that asks it. */
export class Runner {
  readonly rival: Rival;
  readonly #process: Forked;
  readonly #load: Forked;
  readonly #port: number;

  constructor(rival: Rival, process: Forked, load: Forked) {
    this.rival = rival;
    this.#process = process;
    this.#load = load;
    this.#port = portOf(process);
  }

  /**
   * Asks so many times, one at a time for the CPU time, and as many times over many connections for the speed. One at a time,
   * because with more whoever is fast finds the load and Equos awake, and saves the work to wake them.
   */
  async visit(errands: Errands): Promise<Visit> {
    const { requests, cpu } = await this.#asked(errands, 1);
    const { perSecond, p99 } = await this.#asked(errands, MANY);
    return { requests, cpu, perSecond, p99 };
  }

  /** Everybody whom the operations need, and code that is compiled. */
  async prepare(warmUp: number): Promise<void> {
    const { does } = this.rival;
    const ask = async (kind: Kind, count: number, status: number | undefined) => {
      if (status !== undefined) await this.#asked({ kind, count, status }, MANY);
    };
    await ask("start", warmUp, does.start);
    await ask("stop", warmUp, does.stop);
    await ask("refuse-401", warmUp, does["401"]);
    // Fewer for each of these than a consumer may ask for in ten seconds.
    if (does.resume !== undefined) {
      await ask("keep", REGULARS, does.start);
      await ask("resume", 15 * REGULARS, does.resume);
    }
    if (does["429"] !== undefined) {
      await ask("spend", REGULARS, does.start);
      await ask("stop", REGULARS, does.stop);
      await ask("refuse-429", 15 * REGULARS, does["429"]);
    }
  }

  async #asked(errands: Errands, wires: number): Promise<Visit> {
    await this.#load.ask({ connect: this.#port, wires } satisfies Connect);
    const before = await this.#cpu();
    // As load.ts sends it.
    const done = (await this.#load.ask({ ...errands, port: this.#port } satisfies Job)) as
      | Done
      | { readonly error: string };
    const cpu = (await this.#cpu()) - before;
    if ("error" in done) throw new Error(`${this.rival.name}: ${done.error}`);
    return { requests: done.count, cpu, perSecond: (done.count / done.took) * 1000, p99: done.p99 };
  }

  async #cpu(): Promise<number> {
    // As serving.ts sends it.
    const { cpu } = (await this.#process.ask("so far?")) as { cpu: NodeJS.CpuUsage };
    return (cpu.user + cpu.system) / 1000;
  }
}

/** All of them, the load and a stand-in for Equos; ended when the task is. */
export async function withRunners<T>(
  rivals: readonly Rival[],
  redisPort: number | undefined,
  task: (runners: readonly Runner[]) => Promise<T>,
): Promise<T> {
  const processes: Forked[] = [];
  const started = async (name: string, args: readonly string[] = []): Promise<Forked> => {
    const process = await forked(`servers/${name}`, args, { asPublished: true });
    processes.push(process);
    return process;
  };
  try {
    const equos = `http://127.0.0.1:${portOf(await started("equos"))}`;
    const load = await started("load");
    const runners: Runner[] = [];
    for (const rival of rivals) {
      const redis = rival.needsRedis ? [String(redisPort), rival.program] : [];
      runners.push(new Runner(rival, await started(rival.program, [equos, ...redis]), load));
    }
    return await task(runners);
  } finally {
    for (const process of processes) process.end();
  }
}

// As serving.ts sends it.
const portOf = ({ first }: Forked): number => (first as { port: number }).port;
