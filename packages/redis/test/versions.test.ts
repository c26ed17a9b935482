import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { anyRedis, describeWithRedis, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const tested = readme.slice(readme.indexOf("## What was tested"));
const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

describe("the README says what was tested", () => {
  it.each([
    ["redis", ["redis4", "redis5", "redis"]],
    ["ioredis", ["ioredis5", "ioredis"]],
    ["@upstash/redis", ["@upstash/redis"]],
  ])("of %s", (name, installed) => {
    const manifest = (each: string) => new URL(`../node_modules/${each}/package.json`, import.meta.url);
    const versions = installed.map((each) => minor(JSON.parse(readFileSync(manifest(each), "utf8")).version));
    const row = tested.split("\n").find((line) => line.startsWith(`| \`${name}\` |`)) ?? "";
    const [, , cell = ""] = row.split("|");
    // Not more either. What stands in brackets or behind a comma is about one of them.
    const told = cell.replace(/\(.*\)|, (with|over) .*/, "").match(/\d+\.\d+/g);
    expect(told).toEqual(versions);
  });
});

describeWithRedis("the README says on which Redis", () => {
  it("it was tested", async () => {
    const { command } = await nodeRedis(await anyRedis());
    const [, version = ""] = /redis_version:(\S+)/.exec(String(await command("INFO", "server"))) ?? [];
    expect(tested).toContain(`Redis ${minor(version)}`);
  });
});
