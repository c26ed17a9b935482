import { startEmulator, systemPrompt } from "@equos-broker/emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPage } from "../../../scripts/build-page.js";
import { billOf, statusOf } from "./bill.js";
import { type Child, runDemo, runToEnd } from "./child.js";
import { curl, statusUnder } from "./curl.js";

describe("the demo", () => {
  let demo: Child;
  beforeAll(async () => {
    await buildPage("express");
    demo = await runDemo();
  }, 60_000);
  afterAll(() => demo?.end());

  test("a plain curl gets a grant, and nothing but the grant", async () => {
    const { status, json } = await curl(demo.url, "start", { character: "guide" });
    expect(status).toBe(201);
    expect(Object.keys(json).sort()).toEqual(["consumerAccessToken", "conversation"]);
    expect(Object.keys(json.conversation).sort()).toEqual([
      "character",
      "id",
      "maxSeconds",
      "serverUrl",
      "startedAt",
      "status",
    ]);
    expect(Object.keys(json.conversation.character).sort()).toEqual(["livekitIdentity", "name"]);
  });

  test("each plain curl is a visitor of its own, who can stop with the cookie it was given", async () => {
    const first = await curl(demo.url, "start", { character: "guide" });
    const second = await curl(demo.url, "start", { character: "guide" });
    expect(first.json.conversation.id).not.toBe(second.json.conversation.id);
    const cookie = first.cookie ?? "";
    const { id } = first.json.conversation;
    expect((await curl(demo.url, "stop", { id: second.json.conversation.id }, { cookie })).status).toBe(404);
    expect((await curl(demo.url, "stop", { id }, { cookie })).json).toEqual({ conversation: { id, status: "ended" } });
    expect(await statusOf(demo.url, id)).toBe("ended");
  });

  test("the prompt is in no answer of the broker", async () => {
    const started = await curl(demo.url, "start", { character: "guide" });
    const cookie = started.cookie ?? "";
    const answers = [
      started,
      await curl(demo.url, "start", { character: "guide" }, { cookie }),
      await curl(demo.url, "keepalive", {}, { cookie }),
      await curl(demo.url, "stop", {}, { cookie }),
      await curl(demo.url, "start", { character: "nobody" }, { cookie }),
      await curl(demo.url, "start", { character: "guide" }, { origin: "https://elsewhere.example" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 204, 200, 400, 403]);
    for (const { text } of answers) expect(text).not.toContain(systemPrompt);
  });

  test("a page of another site starts nothing", async () => {
    const before = (await billOf(demo.url)).length;
    const { status, json } = await curl(
      demo.url,
      "start",
      { character: "guide" },
      { origin: "https://elsewhere.example" },
    );
    expect([status, json.code]).toEqual([403, "origin-refused"]);
    expect(await billOf(demo.url)).toHaveLength(before);
  });

  test("a site whose name leads here by DNS gets no payload, no page, and no look at the bill", async () => {
    const { port } = new URL(demo.url);
    const strangers = [
      "evil.example",
      `evil.example:${port}`,
      "localhost.evil.example",
      "127.0.0.1.nip.io",
      "1.2.3.4x",
    ];
    const before = (await billOf(demo.url)).length;
    for (const host of strangers) {
      const statuses = ["/", "/demo/", "/demo/bill", "/demo/latest", "/health"].map((path) =>
        statusUnder(host, `${demo.url}${path}`),
      );
      const start = `${demo.url}/api/equos/start`;
      const starts = [{}, { origin: `http://${host}` }].map((headers) => statusUnder(host, start, "POST", headers));
      expect([host, ...new Set(await Promise.all([...statuses, ...starts]))]).toEqual([host, 403]);
    }
    expect(await billOf(demo.url)).toHaveLength(before);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "192.168.1.5"]) {
      expect([host, await statusUnder(host, `${demo.url}/demo/`)]).toEqual([host, 200]);
    }
  });

  test("the page mints the visitor's cookie and is not cached", async () => {
    const page = await fetch(demo.url);
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
  });

  test("a browser without its cookie is refused", async () => {
    const { status } = await curl(demo.url, "start", { character: "guide" }, { "sec-fetch-site": "same-origin" });
    expect(status).toBe(401);
  });

  test("the whole answer is shown to its own visitor only", async () => {
    const { json, cookie = "" } = await curl(demo.url, "start", { character: "guide" });
    const latest = (headers: Record<string, string>) => fetch(`${demo.url}/demo/latest`, { headers });
    const shown = await (await latest({ cookie })).json();
    expect(JSON.stringify(Object(shown).answer)).toContain(systemPrompt);
    expect(Object(shown).grant).toMatchObject({ conversation: { id: json.conversation.id } });
    // The page asks before the first conversation too: a 404 would be an error in its console.
    const nobody = await latest({});
    expect([nobody.status, await nobody.json()]).toEqual([200, null]);
  });
});

test("Ctrl-C stops what runs and exits 0", async () => {
  const demo = await runDemo();
  const { status } = await curl(demo.url, "start", { character: "guide" });
  expect(status).toBe(201);
  // The demo exits 1 when its emulator still runs a conversation.
  expect(await demo.end("SIGINT")).toBe(0);
  expect(demo.printed().trim().split("\n")).toEqual([
    "No LiveKit server, so no picture, voice and answers: set LIVEKIT_URL to one, such as that of `livekit-server --dev`.",
    `what Equos answers, and what of it the page gets: ${demo.url}/demo/`,
    `demo ready ${demo.url}`,
  ]);
}, 60_000);

test("with a key in the environment the same server talks to the real Equos", async () => {
  const real = await startEmulator();
  const demo = await runDemo({
    EQUOS_ENDPOINT: real.url,
    EQUOS_API_KEY: real.apiKey,
    EQUOS_CHARACTER_GUIDE: real.characterId,
    EQUOS_CHARACTER_COACH: real.characterId,
  });
  expect((await curl(demo.url, "start", { character: "guide" })).status).toBe(401);
  expect((await fetch(`${demo.url}/demo/bill`)).status).toBe(404);
  const page = await fetch(demo.url);
  const cookie = page.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  expect((await curl(demo.url, "start", { character: "guide" }, { cookie })).status).toBe(201);
  expect(real.conversations()).toHaveLength(1);
  expect(await demo.end()).toBe(0);
  real.assertNothingRunning();
  await real.close();
}, 60_000);

test("says what is wrong with the environment", async () => {
  const [port, character] = await Promise.all([
    runToEnd("demo.ts", { PORT: "http" }),
    runToEnd("demo.ts", { EQUOS_API_KEY: "key" }),
  ]);
  expect(port).toEqual({ code: 1, printed: "PORT takes a number from 0 to 65535; 0 takes any free port.\n" });
  const proxies = await runToEnd("demo.ts", { TRUST_PROXY: "true" });
  expect(proxies.printed).toBe("TRUST_PROXY takes a number: how many proxies stand before this server.\n");
  expect(character.code).toBe(1);
  expect(character.printed).toContain("EQUOS_CHARACTER_GUIDE  the id of the character called Guide");
  expect(character.printed).not.toContain("EQUOS_API_KEY");
}, 60_000);
