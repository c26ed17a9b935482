import { spawn } from "node:child_process";

/** Runs a program to its end, tells how far it is, and shows what it printed only if it failed. Gives what it printed. */
export async function progress(
  what: string,
  program: string,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 100) / 10;
  console.log(`● ${what}`);
  const telling = setInterval(() => console.log(`● ${what}, ${seconds()} s`), 10_000);
  let printed = "";
  const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject)).finally(() =>
    clearInterval(telling),
  );
  if (code !== 0) throw new Error(`${what}: ended with ${code}\n${printed}`);
  console.log(`✓ ${what}, ${seconds()} s`);
  return printed;
}
