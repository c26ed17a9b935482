import { errands, type Kind } from "./errands.js";
import { Wire } from "./wire.js";

// A process of its own: asks servers as fast as they answer, over one connection or many.

export interface Job {
  readonly port: number;
  readonly kind: Kind;
  readonly count: number;
  /** What every answer has to have. */
  readonly status: number;
}

/** What came of a job. */
export interface Done {
  readonly count: number;
  /** In ms, for all of it. */
  readonly took: number;
  /** In ms: 99 of 100 requests were answered in so much. */
  readonly p99: number;
}

let wires: readonly Wire[] = [];

/** Opened apart from the job: what it takes to accept a connection is no part of a request. */
export interface Connect {
  readonly connect: number;
  readonly wires: number;
}

async function connected({ connect: port, wires: count }: Connect): Promise<void> {
  for (const wire of wires) wire.close();
  wires = await Promise.all(Array.from({ length: count }, () => Wire.open(port)));
}

async function done({ port, kind, count, status }: Job): Promise<Done> {
  const errand = errands(port, kind);
  const times: number[] = [];
  let left = count;
  const begun = performance.now();
  const worker = async (wire: Wire) => {
    while (left > 0) {
      left -= 1;
      const { text, took } = errand();
      const asked = performance.now();
      const answer = await wire.ask(text);
      times.push(performance.now() - asked);
      if (answer.status !== status) {
        throw new Error(`${kind} answered ${answer.status}, not ${status}: ${answer.body.slice(0, 300)}`);
      }
      took?.(answer.body);
    }
  };
  await Promise.all(wires.map(worker));
  const took = performance.now() - begun;
  times.sort((a, b) => a - b);
  return { count, took, p99: times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN };
}

process.on("message", (message) => {
  // As contest.ts sends it.
  const job = message as Job | Connect;
  const outcome = "connect" in job ? connected(job).then(() => ({})) : done(job);
  outcome.then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.send?.({ ready: true });
