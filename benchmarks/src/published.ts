import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What a build says is progress, so that figures alone are on stdout. */
const STDERR = 2;

/** Builds these packages and what they depend on, as they are published, unless they are built. */
export async function published(names: readonly string[], say: (progress: string) => void): Promise<void> {
  say("building the packages, where something has changed");
  const args = ["--import", "tsx", "scripts/bench-build.ts", ...names];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", STDERR, STDERR] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`The packages could not be built: ended with ${code}`);
}
