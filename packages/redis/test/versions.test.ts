import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { anyRedis, describeWithRedis, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const tested = readme.slice(readme.indexOf("## What was tested"));
const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

const installedOf = (names: readonly string[]): string[] =>
  names.map((each) => {
    const manifest = new URL(`../node_modules/${each}/package.json`, import.meta.url);
    return minor(JSON.parse(readFileSync(manifest, "utf8")).version);
  });

const libraries = [
  ["redis", ["redis4", "redis5", "redis"]],
  ["ioredis", ["ioredis5", "ioredis"]],
  ["@upstash/redis", ["@upstash/redis"]],
] as const;

describe("the README says what was tested", () => {
  it.each(libraries)("of %s", (name, installed) => {
    const versions = installedOf(installed);
    const row = tested.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
    const [, , cell = ""] = row.split("|");
    // Not more either. What stands in brackets or behind a comma is about one of them.
    const told = cell.replace(/\(.*\)|, (with|over) .*/, "").match(/\d+\.\d+/g);
    expect(told).toEqual(versions);
    const [, inCluster] = /\(Cluster: ([\d., ]+)\)/.exec(cell) ?? [];
    // Cluster tests use the latest of those that know Clusters at all.
    expect(inCluster).toBe(name === "@upstash/redis" ? undefined : versions.at(-1));
  });

  it.each(libraries.slice(0, 2))("and claims no other major of %s where it is introduced", (name, installed) => {
    const [, claimed = ""] = new RegExp(`/package/${name}\\)\\s*\\(([^)]*)\\)`).exec(readme) ?? [];
    expect(claimed.match(/\d+/g)).toEqual(installedOf(installed).map((version) => version.split(".")[0]));
  });
});

describeWithRedis("the README says on which Redis", () => {
  it("it was tested, and names no other", async () => {
    const { command } = await nodeRedis(await anyRedis());
    const [, version = ""] = /redis_version:(\S+)/.exec(String(await command("INFO", "server"))) ?? [];
    const rows = tested.split("\n").filter((line) => line.startsWith("|"));
    const told = [...rows.join("\n").matchAll(/Redis (\d+\.\d+)/g)].map(([, each]) => each);
    expect(new Set(told)).toEqual(new Set([minor(version)]));
  });
});
