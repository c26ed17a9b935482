import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Figure, lineOf, seconds } from "./figure.js";
import { timed } from "./measure.js";
import { hasRedisServer } from "./redis-server.js";
import { full, quick, type Scale } from "./scale.js";
import type { Section } from "./section.js";
import { sections } from "./sections.js";

// Prints the ledger's figures, each with its target; exit code 1 when one is missed. See README.md.

const MISSED = 1;
/** Megabytes; a million records are more than Node takes by itself on a small machine. */
const HEAP = 6_000;

const print = (line: string) => process.stdout.write(`${line}\n`);
const say = (line: string) => process.stderr.write(`  … ${line}\n`);

/** Whether all targets of a section were met. */
async function measure(section: Section, scale: Scale): Promise<boolean> {
  if (section.needsRedis && !hasRedisServer()) {
    print(`${section.title}: left out, redis-server is not on the path`);
    return process.env.CI === undefined;
  }
  let figures: readonly Figure[] = [];
  const took = await timed(async () => {
    figures = await section.measure(scale, (progress) => say(`${section.name}: ${progress}`));
  });
  print([section.title, ...figures.map(lineOf)].join("\n"));
  say(`${section.name}: ${seconds(took)}`);
  return figures.every(({ target }) => target?.met ?? true);
}

/** The same in a process of its own. */
async function measureApart({ name }: Section, scale: Scale): Promise<boolean> {
  const flags = [...process.execArgv, `--max-old-space-size=${HEAP}`];
  const args = [fileURLToPath(import.meta.url), "--apart", name, ...(scale === quick ? ["--quick"] : [])];
  const child = spawn(process.execPath, [...flags, ...args], { stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0 && code !== MISSED) print(`${name}: broke off`);
  return code === 0;
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: "boolean" }, apart: { type: "boolean" } },
    allowPositionals: true,
  });
  const scale = values.quick ? quick : full;
  const unknown = positionals.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) {
    throw new TypeError(`no section ${unknown}; there are ${sections.map(({ name }) => name).join(", ")}`);
  }
  const wanted = sections.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  let isGood = true;
  for (const section of wanted) {
    const isMet = await (section.needsHeap && !values.apart ? measureApart : measure)(section, scale);
    isGood &&= isMet;
  }
  const met = hasRedisServer() ? "All targets are met." : "All targets that were measured are met.";
  if (!values.apart) print(isGood ? met : "A target is MISSED.");
  return isGood;
}

main().then(
  // The sweeps of brokers that are not needed any more would go on.
  (isGood) => process.exit(isGood ? 0 : MISSED),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(2);
  },
);
