import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { progress } from "../../../scripts/progress.js";
import { freePort } from "../../starters/src/free-port.js";

/**
 * Pinned here and not in the workspace: only this test needs its 330 packages. One of them asks for `node-fetch` by a tag, which not
 * every registry has.
 */
const manifest = {
  name: "registry",
  private: true,
  dependencies: { verdaccio: "6.8.0" },
  overrides: { "node-fetch": "2.7.0" },
};

/** A registry on this machine. Our scope lives in it alone; all else comes through it from the one that npm is set to. */
export interface Registry {
  readonly url: string;
  /** Sends npm and pnpm there, as somebody who may publish. */
  readonly env: NodeJS.ProcessEnv;
  /** The registry's own word of a package, or `undefined`. */
  packument(name: string): Promise<Packument | undefined>;
  close(): Promise<void>;
}

/** As far as it is looked at. */
export interface Packument {
  readonly "dist-tags": Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, PublishedManifest>>;
  readonly readme?: string;
}

export interface PublishedManifest {
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly bugs?: unknown;
  readonly repository?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly dist: { readonly tarball: string; readonly fileCount?: number };
}

export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const flags = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
  await progress("npm install for the registry", "npm", ["install", ...flags], folder);
  const uplink = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const everybody = { access: "$all", publish: "$all", unpublish: "$all" };
  // JSON is YAML.
  const config = {
    storage: join(folder, "storage"),
    uplinks: { npm: { url: uplink, cache: false, maxage: "1h" } },
    packages: { "@equos-broker/*": everybody, "**": { access: "$all", proxy: "npm" } },
    max_body_size: "50mb",
    log: { type: "file", path: join(folder, "log"), format: "json", level: "warn" },
  };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ["--config", join(folder, "config.yaml"), "--listen", `127.0.0.1:${port}`];
  const server = spawn(join(folder, "node_modules/.bin/verdaccio"), args, { stdio: "ignore" });
  await answering(`${url}/-/ping`, server);
  // Both want to know who publishes; the registry does not mind.
  writeFileSync(join(folder, "npmrc"), `registry=${url}/\n//127.0.0.1:${port}/:_authToken=nobody\n`);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CI: "true",
    NPM_CONFIG_USERCONFIG: join(folder, "npmrc"),
    npm_config_userconfig: join(folder, "npmrc"),
    npm_config_registry: `${url}/`,
  };
  return {
    url,
    env,
    async packument(name) {
      const answer = await fetch(`${url}/${name.replace("/", "%2f")}`);
      // The registry's format, of which the tests look at what they need.
      return answer.ok ? ((await answer.json()) as Packument) : undefined;
    },
    async close() {
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, "exit");
    },
  };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (const begun = Date.now(); Date.now() - begun < 60_000; await setTimeout(100)) {
    if (server.exitCode !== null) throw new Error(`the registry ended with ${server.exitCode}`);
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
  }
  server.kill("SIGKILL");
  throw new Error("the registry did not answer within 60 s");
}
