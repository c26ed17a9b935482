import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

export interface RunOptions {
  readonly seconds: number;
  readonly seed: string;
  readonly servers: number;
  readonly consumers: number;
  /** The store is wiped at random moments. */
  readonly flush: boolean;
  /** Redis fails over to a copy that lacks the last writes, at random moments. */
  readonly failover: boolean;
  readonly keepAlive: boolean;
  /** Kills in a minute, at least. */
  readonly kills: number;
  /** Ends with the first thing that is wrong. */
  readonly failFast: boolean;
  /** Run under a guard's removal: what it is called in the final line. */
  readonly mutation: string | undefined;
  readonly log: string;
}

export const usage = `test:chaos [options]

  --seconds N      how long clients, faults and kills go on; default 60
  --seed S         default: the current time
  --servers N      default 3
  --consumers N    default 50
  --kills N        server kills per minute; default 24
  --flush          FLUSHALL at random moments
  --failover       failovers that lose the last writes, at random moments
  --no-keepalive   pages send no keep-alives
  --fail-fast      end with the first thing that is wrong
  --mutation NAME  names the run in its final line; see src/mutations.ts
  --log FILE       what really happened when, as JSON lines; default: a new file in the temporary directory
`;

/** @throws TypeError that says what is wrong with the command line. */
export function runOptions(args: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string" },
      seed: { type: "string" },
      servers: { type: "string" },
      consumers: { type: "string" },
      kills: { type: "string" },
      flush: { type: "boolean" },
      failover: { type: "boolean" },
      "no-keepalive": { type: "boolean" },
      "fail-fast": { type: "boolean" },
      mutation: { type: "string" },
      log: { type: "string" },
    },
  });
  const seed = values.seed ?? String(Date.now() % 1_000_000);
  return {
    seconds: count("seconds", values.seconds, 60, 5),
    seed,
    servers: count("servers", values.servers, 3, 1),
    consumers: count("consumers", values.consumers, 50, 2),
    kills: count("kills", values.kills, 24, 0),
    flush: values.flush ?? false,
    failover: values.failover ?? false,
    keepAlive: !(values["no-keepalive"] ?? false),
    failFast: values["fail-fast"] ?? false,
    mutation: values.mutation,
    log: values.log ?? join(tmpdir(), `chaos-${seed}-${process.pid}.jsonl`),
  };
}

function count(name: string, given: string | undefined, otherwise: number, least: number): number {
  const value = given === undefined ? otherwise : Number(given);
  if (!Number.isInteger(value) || value < least) throw new TypeError(`--${name} takes a whole number from ${least}`);
  return value;
}
