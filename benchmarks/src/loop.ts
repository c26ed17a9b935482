import { resolve } from "node:path";
import { atMost, type Figure, microseconds, ratio, shown } from "./figure.js";
import { type Forked, forked } from "./forked.js";
import { median } from "./measure.js";
import type { Section } from "./section.js";

/** Starts, and resumes, in one sample. */
const STARTS = 1_000;
/** Samples before the first one that counts, for the compiler. */
const WARM_UP = 10;
/** CPU time of a start, in ms. */
const MAX_START = 0.045;

interface Sample {
  readonly start: number;
  readonly resume: number;
}

/**
 * CPU time of `broker.start` in a loop, memory store, with an upstream that answers at once. With `--against <folder>` also
 * that of another checkout of this repository, in turn.
 */
export const loop: Section = {
  name: "loop",
  title: "Memory store: starts in a loop, in a process of its own, with an upstream that answers at once",
  needsHeap: false,
  needsRedis: false,
  async measure({ rounds, against }, say) {
    const processes = [await forked("start-loop")];
    if (against !== undefined) {
      const core = resolve(against, "packages/core/src/index.ts");
      processes.push(await forked("start-loop", [], { core }));
    }
    try {
      say(`${rounds} rounds of ${STARTS} starts and as many resumes`);
      const [own, other] = await inTurn(processes, rounds);
      if (own === undefined) throw new Error("nothing was measured");
      return figures(own, other, against);
    } finally {
      for (const process of processes) process.end();
    }
  },
};

/** Medians of all processes. Which one goes first is drawn each time. */
async function inTurn(processes: readonly Forked[], rounds: number): Promise<readonly Sample[]> {
  const samples = processes.map((process) => ({ process, start: [] as number[], resume: [] as number[] }));
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const order = Math.random() < 0.5 ? samples : samples.toReversed();
    for (const { process, start, resume } of order) {
      // As start-loop.ts sends it.
      const found = (await process.ask({ starts: STARTS })) as Sample | { readonly error: string };
      if ("error" in found) throw new Error(found.error);
      if (round < 0) continue;
      start.push(found.start);
      resume.push(found.resume);
    }
  }
  return samples.map(({ start, resume }) => ({ start: median(start), resume: median(resume) }));
}

function figures(own: Sample, other: Sample | undefined, against: string | undefined): Figure[] {
  const lines = [
    atMost("CPU per start", own.start, MAX_START, microseconds),
    shown("CPU per resume", own.resume, microseconds),
  ];
  if (other === undefined) return lines;
  const compared = (what: "start" | "resume") =>
    shown(
      `CPU per ${what} over that of ${against}`,
      own[what] / other[what],
      ratio,
      `  (${microseconds(own[what])} against ${microseconds(other[what])})`,
    );
  return [...lines, compared("start"), compared("resume")];
}
