import { type Forked, forked } from "../forked.js";
import { median } from "../measure.js";
import type { Kind } from "./errands.js";
import type { Connect, Done, Job } from "./load.js";
import type { Operation, Rival } from "./rivals.js";

/** One server's medians for one operation. */
export interface Standing {
  /** CPU time of the server's process for a request, in ms. */
  readonly cpu: number;
  readonly perSecond: number;
  /** In ms. */
  readonly p99: number;
}

export interface ContestOptions {
  readonly rounds: number;
  /** In one sample. */
  readonly requests: number;
  /** Starts and stops of each server before the first round, for the compiler. */
  readonly warmUp: number;
  readonly redisPort: number | undefined;
  readonly say: (progress: string) => void;
}

interface Runner {
  readonly rival: Rival;
  readonly port: number;
  readonly process: Forked;
  readonly samples: Map<Operation, Standing[]>;
}

/** Consumers whose conversations are resumed, and as many who may not start. */
const REGULARS = 200;
/** Connections where the load is to keep a server busy. */
const MANY = 16;
/** Equos is asked about a conversation that is resumed once in so long. */
const CHECK_MS = 5_200;

const kinds: Readonly<Record<Operation, Kind>> = {
  start: "start",
  stop: "stop",
  "first resume": "resume",
  resume: "resume",
  "401": "refuse-401",
  "429": "refuse-429",
};
const operations: readonly Operation[] = ["start", "stop", "first resume", "resume", "401", "429"];

/** All servers, operation by operation, in turn: whatever else the machine does meets all of them alike. */
export async function contest(rivals: readonly Rival[], options: ContestOptions) {
  const { rounds, requests, warmUp, redisPort, say } = options;
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
      const process = await started(rival.program, [equos, ...redis]);
      runners.push({ rival, process, port: portOf(process), samples: new Map() });
    }
    for (const runner of runners) {
      say(`${runner.rival.name}: ${warmUp} requests of each kind before the first round`);
      await prepare(load, runner, warmUp);
    }
    let resumedAt = performance.now();
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}: ${requests} requests of each kind to each of ${runners.length} servers`);
      for (const operation of operations) {
        if (operation === "first resume") await pause(resumedAt + CHECK_MS - performance.now());
        for (const runner of shuffled(runners)) {
          const status = runner.rival.does[operation];
          if (status === undefined) continue;
          const count = operation === "first resume" ? REGULARS / 2 : requests;
          const job = { kind: kinds[operation], count, status };
          // One at a time: with more, whoever is fast finds the load and Equos awake, and saves the work to wake them.
          const { cpu } = await measured(load, runner, job, 1);
          const { perSecond, p99 } = await measured(load, runner, job, MANY);
          const samples = runner.samples.get(operation) ?? [];
          runner.samples.set(operation, [...samples, { cpu, perSecond, p99 }]);
        }
        if (operation === "resume") resumedAt = performance.now();
      }
    }
    return standings(runners);
  } finally {
    for (const process of processes) process.end();
  }
}

export type Standings = ReadonlyMap<string, ReadonlyMap<Operation, Standing>>;

function standings(runners: readonly Runner[]): Standings {
  return new Map(
    runners.map(({ rival, samples }) => [
      rival.name,
      new Map([...samples].map(([operation, each]) => [operation, middle(each)])),
    ]),
  );
}

const middle = (samples: readonly Standing[]): Standing => ({
  cpu: median(samples.map(({ cpu }) => cpu)),
  perSecond: median(samples.map(({ perSecond }) => perSecond)),
  p99: median(samples.map(({ p99 }) => p99)),
});

/** Everybody whom the operations need, and code that is compiled. */
async function prepare(load: Forked, runner: Runner, warmUp: number): Promise<void> {
  const { does } = runner.rival;
  const ask = (kind: Kind, count: number, status: number | undefined) =>
    status === undefined ? undefined : measured(load, runner, { kind, count, status }, MANY);
  await ask("start", warmUp, does.start);
  await ask("stop", warmUp, does.stop);
  await ask("refuse-401", warmUp, does["401"]);
  if (does.resume !== undefined) {
    await ask("keep", REGULARS, does.start);
    // No more than a single consumer may ask for in ten seconds, here and in the first round.
    await ask("resume", 20 * REGULARS, does.resume);
  }
  if (does["429"] !== undefined) {
    await ask("spend", REGULARS, does.start);
    await ask("stop", REGULARS, does.stop);
    await ask("refuse-429", 20 * REGULARS, does["429"]);
  }
}

async function measured(
  load: Forked,
  { port, process }: Runner,
  job: Omit<Job, "port">,
  wires: number,
): Promise<Standing> {
  await load.ask({ connect: port, wires } satisfies Connect);
  const before = await cpuOf(process);
  const { count, took, p99 } = await answered(load, { ...job, port });
  const cpu = ((await cpuOf(process)) - before) / count;
  return { cpu, perSecond: (count / took) * 1000, p99 };
}

async function answered(load: Forked, job: Job): Promise<Done> {
  // As load.ts sends it.
  const outcome = (await load.ask(job)) as Done | { readonly error: string };
  if ("error" in outcome) throw new Error(outcome.error);
  return outcome;
}

async function cpuOf(process: Forked): Promise<number> {
  // As serving.ts sends it.
  const { cpu } = (await process.ask("so far?")) as { cpu: NodeJS.CpuUsage };
  return (cpu.user + cpu.system) / 1000;
}

// As serving.ts sends it.
const portOf = ({ first }: Forked): number => (first as { port: number }).port;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
