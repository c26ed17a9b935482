/** Removes each guard in turn and checks that a test or a chaos run fails: `pnpm test:mutations`. See README.md. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mutations } from "./mutation-table.js";
import { Noticing } from "./noticing.js";
import { inShort } from "./test-report.js";
import { WorkspaceCopy } from "./workspace-copy.js";

const usage = `test:mutations [options]

  --only NAME   one guard
  --chaos       skip the tests; default: the tests first, and a chaos run where they notice nothing
  --seed S      of the chaos runs; default 7
  --seconds N   how long each chaos run lets things go wrong, at most; default 45
`;
const root = fileURLToPath(new URL("../../..", import.meta.url));

async function main(say: (line: string) => void): Promise<boolean> {
  const { values: options } = parseArgs({
    options: {
      help: { type: "boolean" },
      only: { type: "string" },
      chaos: { type: "boolean", default: false },
      seed: { type: "string", default: "7" },
      seconds: { type: "string", default: "45" },
    },
    args: process.argv.slice(2).filter((arg) => arg !== "--"),
  });
  if (options.help) {
    say(usage);
    return true;
  }
  const chosen = mutations.filter(({ name }) => options.only === undefined || name === options.only);
  if (chosen.length === 0) {
    throw new TypeError(`--only takes one of: ${mutations.map(({ name }) => name).join(", ")}`);
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
    // A test that fails with all guards in place shows nothing.
    const broken = options.chaos ? [] : await noticing.withoutMutation();
    if (broken.length > 0) say(`without any mutation the suite fails already: ${inShort(broken)}`);
    let missed = 0;
    for (const { name, patches } of chosen) {
      const repair = copy.apply(patches);
      try {
        const bySuite = options.chaos ? undefined : await noticing.suite();
        const found = bySuite ?? (await noticing.chaos(name, options));
        if (found !== undefined) missed += 1;
        say(`${name.padEnd(38)} ${found ?? "SURVIVED"}`);
      } finally {
        repair();
      }
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
