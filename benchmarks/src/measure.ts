/** The middle one; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** In ms. */
export async function timed(task: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}

type Sample = () => Promise<number>;

/**
 * Medians of two things, measured in turn, so that whatever else the machine does meets both alike. Which one goes first
 * is drawn each time. A tenth more rounds come before, for the compiler, and are not counted.
 */
export async function sideBySide(rounds: number, first: Sample, second: Sample): Promise<[number, number]> {
  const samples: [number[], number[]] = [[], []];
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round += 1) {
    const isTurned = Math.random() < 0.5;
    const early = await (isTurned ? second : first)();
    const late = await (isTurned ? first : second)();
    if (round < 0) continue;
    samples[0].push(isTurned ? late : early);
    samples[1].push(isTurned ? early : late);
  }
  return [median(samples[0]), median(samples[1])];
}

/** Bytes in use on the heap, without garbage. */
export async function heapInUse(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("run with node --expose-gc");
  for (let round = 0; round < 3; round += 1) {
    // What has just been answered is let go of in the next turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
  }
  return process.memoryUsage().heapUsed;
}

/** Runs a task for each number below `count`, so many at a time. */
export async function each(count: number, atOnce: number, task: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await task(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}
