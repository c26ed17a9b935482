import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

/** A program of this folder in a process of its own. */
export interface Forked {
  /** What it sent when it was ready. */
  readonly first: unknown;
  /** Sends a message and gives the answer to it. */
  ask(message: string | object): Promise<unknown>;
  end(): void;
}

export interface ForkedOptions {
  /** It runs the packages as they are built, in production, as a team's server does; `published()` builds them. */
  readonly asPublished?: boolean;
  /** Entry file of the core to bundle instead of this one. */
  readonly core?: string;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** As a build leaves it: what runs TypeScript here adds calls of its own to every function. */
export async function bundled(name: string, { asPublished = false, core }: ForkedOptions = {}): Promise<string> {
  const outfile = here(`../node_modules/.cache/${name}${core === undefined ? "" : "-against"}.mjs`);
  const packages: BuildOptions = asPublished
    ? { packages: "external" }
    : { conditions: ["@equos-broker/source", "node"], external: ["express", "fastify", "@livekit/rtc-node"] };
  await build({
    entryPoints: [here(`./${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    ...packages,
    ...(core === undefined ? {} : { alias: { "@equos-broker/core": core } }),
    banner: { js: `${ownModules} ${endWithParent}` },
  });
  return outfile;
}

/** Packages in CommonJS ask for Node's own modules. */
const ownModules = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
/** Whoever asked it is gone, killed perhaps. */
const endWithParent = "process.once('disconnect', () => process.exit());";

/** Where to leave a CPU profile of each process that runs published packages. */
const profiles = process.env.BENCH_PROFILES;

/** Bundles a program and starts it. */
export async function forked(name: string, args: readonly string[] = [], options: ForkedOptions = {}): Promise<Forked> {
  const file = await bundled(name, options);
  const isProfiled = options.asPublished && profiles !== undefined;
  const child = fork(file, [...args], {
    execArgv: isProfiled ? ["--cpu-prof", `--cpu-prof-dir=${profiles}`] : [],
    ...(options.asPublished ? { env: { ...process.env, NODE_ENV: "production" } } : {}),
  });
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
