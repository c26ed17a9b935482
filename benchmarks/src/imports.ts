import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { atMost, type Figure, ratio, shown } from "./figure.js";
import { sideBySide } from "./measure.js";
import { published } from "./published.js";
import type { Section } from "./section.js";

const MAX_RATIO = 1.15;
/** What a server imports anyway: its framework, and a validator for its own input. */
const usual = ["express", "zod"];
const folder = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

const milliseconds = (value: number) => `${value.toFixed(1)} ms`;

/** What the package adds to the start of a server that has Express and zod already. */
export const imports: Section = {
  name: "imports",
  title: "Import, in fresh processes in turn",
  needsHeap: false,
  needsRedis: false,
  async measure({ imports: rounds }, say) {
    await published(["@equos-broker/express"], say);
    say(`${rounds} rounds of two processes each`);
    const [own, other] = await sideBySide(
      rounds,
      () => imported([...usual, "@equos-broker/express"]),
      () => imported(usual),
    );
    const what = "CPU time: express, zod and @equos-broker/express over express and zod";
    const detail = `  (${milliseconds(own)} against ${milliseconds(other)})`;
    return [
      atMost(what, own / other, MAX_RATIO, ratio, detail),
      shown("what @equos-broker/express adds", own - other, milliseconds),
    ] satisfies Figure[];
  },
};

/** CPU time that a process takes for imports, in ms: other processes make it no longer, as they do with what a clock says. */
async function imported(names: readonly string[]): Promise<number> {
  const program = `
    const before = process.cpuUsage();
    ${names.map((name) => `await import(${JSON.stringify(name)});`).join("\n")}
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(String((user + system) / 1000));
  `;
  const env = { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "" };
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, env });
  return Number(stdout);
}
