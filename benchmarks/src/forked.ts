import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A program of this folder in a process of its own. */
export interface Forked {
  /** What it sent when it was ready. */
  readonly first: unknown;
  /** Sends a message and gives the answer to it. */
  ask(message: string): Promise<unknown>;
  end(): void;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** As a build leaves it: what runs TypeScript here adds calls of its own to every function. */
export async function bundled(name: string): Promise<string> {
  const outfile = here(`../node_modules/.cache/${name}.mjs`);
  await build({
    entryPoints: [here(`./${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    conditions: ["@equos-broker/source", "node"],
    external: ["express", "fastify", "@livekit/rtc-node"],
    // Packages in CommonJS ask for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

/** Bundles a program and starts it. */
export async function forked(name: string, args: readonly string[] = []): Promise<Forked> {
  const child = fork(await bundled(name), [...args], { execArgv: [] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  // It ends when it is not needed any more, and nobody waits then.
  ended.catch(() => undefined);
  const answer = async (): Promise<unknown> => {
    const message = new Promise((resolve) => child.once("message", resolve));
    return await Promise.race([message, ended]);
  };
  return {
    first: await answer(),
    ask(message) {
      child.send(message);
      return answer();
    },
    end: () => void child.kill(),
  };
}
