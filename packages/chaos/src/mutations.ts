/** Takes each guard away and shows what notices: `pnpm test:mutations`. See README.md. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Mutation, mutations } from "./mutation-table.js";
import { Noticing } from "./noticing.js";
import { inShort } from "./test-report.js";
import { WorkspaceCopy } from "./workspace-copy.js";

const usage = `test:mutations [options]

  --only NAME   one guard
  --by CHECK    contract or chaos; default: contract first, and chaos where that notices nothing
  --both        both for every guard
  --seed S      of the chaos runs; default 7
  --seconds N   how long each chaos run lets things go wrong, at most; default 45
`;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const checks = ["contract", "chaos"] as const;

interface Options {
  readonly only: string | undefined;
  readonly by: string | undefined;
  readonly both: boolean;
  readonly seed: string;
  readonly seconds: string;
}

/** What notices that the guard is gone. */
async function noticed(noticing: Noticing, copy: WorkspaceCopy, mutation: Mutation, options: Options) {
  const repair = copy.apply(mutation.patches);
  try {
    const found: string[] = [];
    for (const check of checks) {
      if (options.by !== undefined && options.by !== check) continue;
      if (found.length > 0 && !options.both) break;
      const what = await noticing[check](mutation.name, options);
      if (what !== undefined) found.push(`${check}: ${what}`);
    }
    return found;
  } finally {
    repair();
  }
}

async function main(say: (line: string) => void): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean" },
      only: { type: "string" },
      by: { type: "string" },
      both: { type: "boolean", default: false },
      seed: { type: "string", default: "7" },
      seconds: { type: "string", default: "45" },
    },
    args: process.argv.slice(2).filter((arg) => arg !== "--"),
  });
  if (values.help) {
    say(usage);
    return true;
  }
  const options: Options = { ...values, only: values.only, by: values.by };
  const chosen = mutations.filter(({ name }) => options.only === undefined || name === options.only);
  if (chosen.length === 0) {
    throw new TypeError(`--only takes one of: ${mutations.map(({ name }) => name).join(", ")}`);
  }
  if (![undefined, ...checks].includes(options.by as (typeof checks)[number] | undefined)) {
    throw new TypeError("--by takes contract or chaos");
  }
  const copy = new WorkspaceCopy(root);
  const noticing = new Noticing(copy.folder);
  const end = () => {
    noticing.end();
    copy.remove();
    process.exit(130);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  try {
    const broken = options.by === "chaos" ? [] : await noticing.withoutMutation();
    // What fails with all guards in place shows nothing.
    if (broken.length > 0) say(`without any mutation the contract suite fails already: ${inShort(broken)}`);
    let missed = 0;
    for (const mutation of chosen) {
      const found = await noticed(noticing, copy, mutation, options).catch((error: unknown) => {
        say(`${mutation.name}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      });
      if (found.length > 0) missed += 1;
      const [first = "SURVIVED", ...more] = found;
      say(`${mutation.name.padEnd(28)} ${first}`);
      for (const line of more) say(`${"".padEnd(28)} ${line}`);
    }
    say(`mutations: ${missed} of ${chosen.length} guards are missed when they are gone`);
    return missed === chosen.length && broken.length === 0;
  } finally {
    copy.remove();
  }
}

main((line) => process.stdout.write(`${line}\n`)).then(
  (fine) => {
    process.exitCode = fine ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`mutations: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);
