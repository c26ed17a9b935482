import { type Emulator, startEmulator } from "@equos-broker/emulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeWithServers, RedisServer } from "../../../packages/redis/test/support/redis-server.js";
import { buildPage } from "../../../scripts/build-page.js";
import { type Child, run, runToEnd } from "./child.js";
import { curl, statusUnder } from "./curl.js";

describe("npm start", () => {
  let emulator: Emulator;
  let server: Child;
  beforeEach(async () => {
    await buildPage("express");
    emulator = await startEmulator();
    server = await run("server.ts", /^Listening on http:\/\/localhost:(\d+)$/m, {
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_CHARACTER_GUIDE: emulator.characterId,
      EQUOS_CHARACTER_COACH: emulator.characterId,
      VISITOR_SECRET: "a secret that only these tests know long enough",
    });
  }, 60_000);
  afterEach(async () => {
    await server?.end();
    await emulator?.close();
  });

  test("serves visitors of the page only, has nothing of the demo, and stops what runs when it ends", async () => {
    expect((await curl(server.url, "start", { character: "guide" })).status).toBe(401);
    expect((await fetch(`${server.url}/demo/bill`)).status).toBe(404);
    const page = await fetch(server.url);
    expect(page.headers.get("set-cookie")).toMatch(/^__Host-.*; Secure$/);
    const cookie = page.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    expect((await curl(server.url, "start", { character: "guide" }, { cookie })).status).toBe(201);
    expect(await server.end("SIGTERM")).toBe(0);
    expect(emulator.conversations()).toHaveLength(1);
    emulator.assertNothingRunning();
  });

  test("answers under any name, and in development with COOKIE_OVER_HTTP under local ones only", async () => {
    expect(await statusUnder("shop.example", server.url)).toBe(200);
    const { url: EQUOS_ENDPOINT, apiKey: EQUOS_API_KEY, characterId } = emulator;
    const inDevelopment = await run("server.ts", /^Listening on http:\/\/localhost:(\d+)$/m, {
      EQUOS_ENDPOINT,
      EQUOS_API_KEY,
      EQUOS_CHARACTER_GUIDE: characterId,
      EQUOS_CHARACTER_COACH: characterId,
      VISITOR_SECRET: "a secret that only these tests know long enough",
      COOKIE_OVER_HTTP: "true",
    });
    expect(await statusUnder("shop.example", inDevelopment.url)).toBe(403);
    expect(await statusUnder("shop.example", `${inDevelopment.url}/api/equos/start`, "POST")).toBe(403);
    expect(await statusUnder("localhost", inDevelopment.url)).toBe(200);
    await inDevelopment.end();
  });

  test("is healthy, and its page may do just what it needs", async () => {
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ ok: true });
    const { headers } = await fetch(server.url);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
    expect(headers.get("content-security-policy")).toContain("connect-src 'self' https: wss:;");
    expect(headers.get("permissions-policy")).toBe("microphone=(self), camera=()");
  });
});

test("says what is missing", async () => {
  const { code, printed } = await runToEnd("server.ts", { EQUOS_API_KEY: "key" });
  expect(code).toBe(1);
  expect(printed).toContain("EQUOS_CHARACTER_GUIDE");
  expect(printed).toContain("VISITOR_SECRET");
  expect(printed).not.toContain("EQUOS_API_KEY");
  expect(printed).not.toContain("BROKER_SECRET");
}, 60_000);

test("a store in Redis wants a secret and a name of their own", async () => {
  const { code, printed } = await runToEnd("server.ts", { REDIS_URL: "redis://127.0.0.1:1" });
  expect(code).toBe(1);
  expect(printed).toContain("\n  BROKER_SECRET  32 characters or more");
  expect(printed).toContain("\n  DEPLOYMENT  a name that no other installation has");
}, 60_000);

describeWithServers("two installations in one Redis", () => {
  let emulator: Emulator;
  let redis: RedisServer;
  beforeEach(async () => {
    await buildPage("express");
    [emulator, redis] = await Promise.all([startEmulator(), RedisServer.start("--maxmemory-policy", "noeviction")]);
  }, 60_000);
  afterEach(async () => {
    await emulator?.close();
    await redis?.remove();
  });
  const installation = (DEPLOYMENT: string, BROKER_SECRET: string) =>
    run("server.ts", /^Listening on http:\/\/localhost:(\d+)$/m, {
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_CHARACTER_GUIDE: emulator.characterId,
      EQUOS_CHARACTER_COACH: emulator.characterId,
      VISITOR_SECRET: `${"n".repeat(32)},${"o".repeat(32)}`,
      REDIS_URL: redis.url,
      DEPLOYMENT,
      BROKER_SECRET,
    });
  const startAt = async ({ url }: Child) => {
    const cookie = (await fetch(url)).headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    return (await curl(url, "start", { character: "guide" }, { cookie })).status;
  };

  test("keep records of their own, and change their secrets one at a time", async () => {
    const [one, other] = ["1".repeat(32), "2".repeat(32)];
    const servers = await Promise.all([installation("shop", one), installation("shop-staging", other)]);
    expect(await Promise.all(servers.map(startAt))).toEqual([201, 201]);
    await Promise.all(servers.map((server) => server.end("SIGTERM")));
    const changed = await installation("shop", `${other},${one}`);
    expect(await startAt(changed)).toBe(201);
    expect(await changed.end("SIGTERM")).toBe(0);
    expect(emulator.conversations()).toHaveLength(3);
  }, 60_000);
});
