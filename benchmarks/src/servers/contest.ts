import { median } from "../measure.js";
import type { Kind } from "./errands.js";
import type { Operation, Rival } from "./rivals.js";
import { REGULARS, type Runner, type Visit, withRunners } from "./runner.js";

/** One server's medians for one operation. */
export interface Standing {
  /** CPU time of the server's process for a request, in ms. */
  readonly cpu: number;
  readonly perSecond: number;
  /** In ms. */
  readonly p99: number;
}

export type Standings = ReadonlyMap<string, ReadonlyMap<Operation, Standing>>;

export interface ContestOptions {
  readonly rounds: number;
  /** Starts of each server before the first round, for the compiler. */
  readonly warmUp: number;
  readonly redisPort: number | undefined;
  readonly say: (progress: string) => void;
}

interface Phase {
  readonly operations: readonly Operation[];
  /** Requests of a visit. */
  readonly count: number;
  /** Visits to each server in a round. */
  readonly visits: number;
  /** Before each round, in ms. */
  readonly pause?: number;
}

/**
 * Visits are short and servers come by in turn: one that waited for long has lost its place in memory and in the processor's
 * caches. What comes of a round is of all its visits, so that each has its share of collected garbage.
 */
const phases: readonly Phase[] = [
  { operations: ["start", "stop"], count: 60, visits: 5 },
  // Equos is asked about a conversation that is resumed once in 5 s. Both halves of a visit have to find some.
  { operations: ["first resume"], count: REGULARS / 2, visits: 1, pause: 5_200 },
  { operations: ["resume"], count: 120, visits: 3 },
  { operations: ["401"], count: 240, visits: 3 },
  { operations: ["429"], count: 120, visits: 3 },
];

const kinds: Readonly<Record<Operation, Kind>> = {
  start: "start",
  stop: "stop",
  "first resume": "resume",
  resume: "resume",
  "401": "refuse-401",
  "429": "refuse-429",
};

/** All servers beside each other: whatever else the machine does meets all of them alike. */
export function contest(rivals: readonly Rival[], options: ContestOptions): Promise<Standings> {
  const { rounds, warmUp, redisPort, say } = options;
  return withRunners(rivals, redisPort, async (runners) => {
    for (const runner of runners) {
      say(`${runner.rival.name}: ${warmUp} starts before the first round`);
      await runner.prepare(warmUp);
    }
    const found = new Map(runners.map(({ rival }) => [rival.name, new Map<Operation, Standing[]>()]));
    for (const phase of phases) {
      // Round 0 is for what has been forgotten meanwhile.
      for (let round = 0; round <= rounds; round += 1) {
        say(`${phase.operations.join(" and ")}: round ${round} of ${rounds}`);
        await pause(phase.pause ?? 0);
        for (const [runner, operation, visits] of await played(phase, runners)) {
          const of = found.get(runner.rival.name);
          if (round > 0) of?.set(operation, [...(of.get(operation) ?? []), together(visits)]);
        }
      }
    }
    return new Map(
      [...found].map(([name, of]) => [name, new Map([...of].map(([operation, each]) => [operation, middle(each)]))]),
    );
  });
}

type Played = readonly [runner: Runner, operation: Operation, visits: Visit[]];

/** One round. */
async function played({ operations, count, visits }: Phase, runners: readonly Runner[]): Promise<readonly Played[]> {
  const all: readonly Played[] = runners.flatMap((runner) =>
    operations
      .filter((operation) => operation in runner.rival.does)
      .map((operation) => [runner, operation, []] as const),
  );
  for (let turn = 0; turn < visits; turn += 1) {
    for (const runner of shuffled(runners)) {
      for (const [, operation, mine] of all.filter(([one]) => one === runner)) {
        const status = runner.rival.does[operation] ?? 0;
        mine.push(await runner.visit({ kind: kinds[operation], count, status }));
      }
    }
  }
  return all;
}

function together(visits: readonly Visit[]): Standing {
  const sum = (of: (visit: Visit) => number) => visits.reduce((total, visit) => total + of(visit), 0);
  return {
    cpu: sum(({ cpu }) => cpu) / sum(({ requests }) => requests),
    perSecond: median(visits.map(({ perSecond }) => perSecond)),
    p99: median(visits.map(({ p99 }) => p99)),
  };
}

const middle = (rounds: readonly Standing[]): Standing => ({
  cpu: median(rounds.map(({ cpu }) => cpu)),
  perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  p99: median(rounds.map(({ p99 }) => p99)),
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
