import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failures, inShort } from "./test-report.js";

/** The tests of the rules, of Equos' responses, and of the Redis store. Exploring all states would take a minute. */
const suite = [
  ...["presence", "transitions", "due", "reserve"].map((name) => `packages/core/test/state/${name}.test.ts`),
  ...["packages/core/test/upstream", "packages/redis/test/store/suite.test.ts"],
];

/** Runs, in a copy of the workspace, the tests that have to notice a missing guard. */
export class Noticing {
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();
  /** Tests that fail with all guards in place. */
  #broken: ReadonlySet<string> = new Set();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async withoutMutation(): Promise<readonly string[]> {
    const failed = await this.#suiteFailures();
    this.#broken = new Set(failed);
    return failed;
  }

  /** `undefined`: it noticed nothing. */
  async suite(): Promise<string | undefined> {
    const failed = (await this.#suiteFailures()).filter((name) => !this.#broken.has(name));
    return failed.length === 0 ? undefined : `suite: ${inShort(failed)}`;
  }

  /** `undefined`: it noticed nothing. */
  async chaos(
    mutation: string,
    { seed, seconds }: { readonly seed: string; readonly seconds: string },
  ): Promise<string | undefined> {
    const log = join(this.#folder, "chaos.jsonl");
    const { code, output } = await this.#run([
      ...["--conditions=@equos-broker/source", "--import", "tsx", "packages/chaos/src/run.ts"],
      ...["--seed", seed, "--seconds", seconds, "--fail-fast", "--mutation", mutation, "--log", log],
    ]);
    const lines = output.trim().split("\n");
    const last = lines.at(-1) ?? "";
    if (!/^chaos .* violations$/.test(last)) throw new Error(`the chaos run did not end: ${output.slice(-500)}`);
    if (code === 0) return undefined;
    const wrong = lines.find((line) => /^[a-z-]+: /.test(line) && !line.startsWith("chaos")) ?? last;
    return `chaos: ${wrong.slice(0, 120)}`;
  }

  /** Ends what runs. */
  end(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }

  async #suiteFailures(): Promise<string[]> {
    const report = join(this.#folder, "report.json");
    rmSync(report, { force: true });
    const { output } = await this.#run([
      ...["node_modules/vitest/vitest.mjs", "run", ...suite, "--typecheck.enabled=false"],
      ...["--reporter=json", `--outputFile=${report}`],
    ]);
    try {
      return failures(readFileSync(report, "utf8"));
    } catch {
      throw new Error(`the suite did not run: ${output.slice(-500)}`);
    }
  }

  async #run(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
    // A suite that cannot run fails there instead of saying so.
    const env = { ...process.env, CI: "true" };
    const child = spawn(process.execPath, args, { cwd: this.#folder, env, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.add(child);
    let output = "";
    const hear = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    this.#children.delete(child);
    return { code, output };
  }
}
