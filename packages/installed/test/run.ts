import { spawn } from "node:child_process";

/** What a program printed, errors included, and how it ended. Never rejects for what it does. */
export async function run(
  program: string,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, { cwd: folder, env: { PATH, HOME, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("close", resolve).once("error", reject),
  );
  return { code, printed };
}

/** The same by Node. */
export const node = (args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, args, folder, env);
