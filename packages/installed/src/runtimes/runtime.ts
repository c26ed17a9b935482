import { platform } from "node:process";
import { install } from "../install.js";

/** A runtime that the packages are tried on. */
export interface Runtime {
  /** Its column in `docs/adapters.md`. */
  readonly name: string;
  /** The entry of `src/guest` for it. */
  readonly entry: "node" | "bun" | "deno" | "workerd";
  /** The npm package that has its binary for this machine, with an exact version. */
  readonly package?: { readonly alias: string; readonly spec: string; readonly binary: string };
}

const arch = process.arch;
const isArm = arch === "arm64";

const node = (version: string): Runtime => {
  const major = version.replace(/\..*/, "");
  const alias = `node-${major}`;
  const spec = `npm:node-${platform === "win32" ? "win" : platform}-${arch}@${version}`;
  return { name: `Node ${major}`, entry: "node", package: { alias, spec, binary: "bin/node" } };
};

const isNode20 = process.version.startsWith("v20.");

/** Node 20 is the one that runs this, where it is one. */
export const runtimes: readonly Runtime[] = [
  isNode20 ? { name: "Node 20", entry: "node" } : node("20.20.2"),
  node("22.23.3"),
  node("24.21.0"),
  node("26.12.1"),
  {
    name: "Bun",
    entry: "bun",
    package: {
      alias: "bun",
      spec: `npm:@oven/bun-${platform}-${isArm ? "aarch64" : "x64"}@1.4.5`,
      binary: "bin/bun",
    },
  },
  {
    name: "Deno",
    entry: "deno",
    package: {
      alias: "deno",
      spec: `npm:@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}@2.9.6`,
      binary: "deno",
    },
  },
  {
    name: "workerd",
    entry: "workerd",
    package: {
      alias: "workerd",
      spec: `npm:@cloudflare/workerd-${platform}-${isArm ? "arm64" : "64"}@1.20261117.1`,
      binary: "bin/workerd",
    },
  },
];

/** The path of its binary, fetched when it is not there yet. */
export async function binaryOf(runtime: Runtime): Promise<string> {
  if (runtime.package === undefined) return process.execPath;
  const { alias, spec, binary } = runtime.package;
  const folder = await install({ name: `runtime-${alias}`, ours: [], dependencies: { [alias]: spec } });
  return `${folder}/node_modules/${alias}/${binary}`;
}
