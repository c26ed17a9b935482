import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { documentOf } from "./document.js";
import { type Measured, measured, measuredApart } from "./measured.js";
import { lines, type Report, reportOf } from "./report.js";
import { full, quick } from "./scale.js";
import type { Section } from "./section.js";
import { sections } from "./sections.js";

// Measures, and prints figures with their targets; exit code 1 when one is missed. See README.md.

const MISSED = 1;
const BROKEN = 2;
const DOCUMENT = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));

const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (text: string) => process.stderr.write(`  … ${text}\n`);

const { values: flags, positionals: names } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    against: { type: "string" },
    /** For this program itself: the process that it has started is this one. */
    apart: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

function wanted(): readonly Section[] {
  const unknown = names.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) {
    throw new TypeError(`no section ${unknown}; there are ${sections.map(({ name }) => name).join(", ")}`);
  }
  if (flags.write && names.length > 0) throw new TypeError("--write is for a run of all sections");
  return sections.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function main(): Promise<Report> {
  const { against } = flags;
  const scale = { ...(flags.quick ? quick : full), ...(against === undefined ? {} : { against }) };
  const found: Measured[] = [];
  for (const section of wanted()) {
    const measure = section.needsHeap && !flags.apart ? measuredApart : measured;
    const one = await measure(section, scale, say);
    found.push(one);
    if (!flags.json) print(lines(one));
  }
  return reportOf(found, scale);
}

try {
  const report = await main();
  if (flags.json) print(JSON.stringify(report, undefined, flags.apart ? undefined : 2));
  else print(report.verdict);
  if (flags.write) await writeFile(DOCUMENT, documentOf(report));
  // The sweeps of brokers that are not needed any more would go on.
  process.exit(report.met ? 0 : MISSED);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(BROKEN);
}
