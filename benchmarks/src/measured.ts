import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Figure, seconds } from "./figure.js";
import { timed } from "./measure.js";
import { hasRedisServer } from "./redis-server.js";
import type { Report } from "./report.js";
import { quick, type Scale } from "./scale.js";
import type { Section } from "./section.js";
import type { Table } from "./table.js";

/** What came of a section. */
export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  /** Why it was not measured. */
  readonly leftOut?: string;
}

type Say = (progress: string) => void;

/** Megabytes; a million records are more than Node takes by itself on a small machine. */
const HEAP = 6_000;

export async function measured(
  { name, title, needsRedis, measure }: Section,
  scale: Scale,
  say: Say,
): Promise<Measured> {
  if (needsRedis && !hasRedisServer()) {
    return { name, title, figures: [], tables: [], leftOut: "redis-server is not on the path" };
  }
  let figures: readonly Figure[] = [];
  const tables: Table[] = [];
  const took = await timed(async () => {
    const progress = (what: string) => say(`${name}: ${what}`);
    figures = await measure(scale, progress, (table) => void tables.push(table));
  });
  say(`${name}: ${seconds(took)}`);
  return { name, title, figures, tables };
}

/** The same in a process of its own. */
export async function measuredApart({ name }: Section, scale: Scale): Promise<Measured> {
  const program = fileURLToPath(new URL("./bench.ts", import.meta.url));
  const flags = [...process.execArgv, `--max-old-space-size=${HEAP}`];
  const args = [program, "--apart", "--json", name, ...(scale.name === quick.name ? ["--quick"] : [])];
  const child = spawn(process.execPath, [...flags, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const printed = await text(child.stdout);
  if (printed === "") throw new Error(`${name} broke off`);
  // As bench.ts prints it, with the one section that was asked for.
  const [one] = (JSON.parse(printed) as Report).sections;
  if (one === undefined) throw new Error(`${name} has measured nothing`);
  return one;
}
