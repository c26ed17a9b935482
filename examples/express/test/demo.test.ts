import { startEmulator, systemPrompt } from "@equos-broker/emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { billOf, statusOf } from "./bill.js";
import { type Child, runDemo, runToEnd } from "./child.js";
import { curl } from "./curl.js";

describe("the demo", () => {
  let demo: Child;
  beforeAll(async () => {
    demo = await runDemo();
  }, 60_000);
  afterAll(() => demo?.end());

  test("a plain curl gets a grant, and nothing but the grant", async () => {
    const { status, json } = await curl(demo.url, "start", {});
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
    const first = await curl(demo.url, "start", {});
    const second = await curl(demo.url, "start", {});
    expect(first.json.conversation.id).not.toBe(second.json.conversation.id);
    const cookie = first.cookie ?? "";
    const { id } = first.json.conversation;
    expect((await curl(demo.url, "stop", { id: second.json.conversation.id }, { cookie })).status).toBe(404);
    expect((await curl(demo.url, "stop", { id }, { cookie })).json).toEqual({ conversation: { id, status: "ended" } });
    expect(await statusOf(demo.url, id)).toBe("ended");
  });

  test("the prompt is in no answer of the broker", async () => {
    const started = await curl(demo.url, "start", {});
    const cookie = started.cookie ?? "";
    const answers = [
      started,
      await curl(demo.url, "start", {}, { cookie }),
      await curl(demo.url, "keepalive", {}, { cookie }),
      await curl(demo.url, "stop", {}, { cookie }),
      await curl(demo.url, "start", { character: "nobody" }, { cookie }),
      await curl(demo.url, "start", {}, { origin: "https://elsewhere.example" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 204, 200, 400, 403]);
    for (const { text } of answers) expect(text).not.toContain(systemPrompt);
  });

  test("a page of another site starts nothing", async () => {
    const before = (await billOf(demo.url)).length;
    const { status, json } = await curl(demo.url, "start", {}, { origin: "https://elsewhere.example" });
    expect([status, json.code]).toEqual([403, "origin-refused"]);
    expect(await billOf(demo.url)).toHaveLength(before);
  });

  test("the page mints the visitor's cookie and is not cached", async () => {
    const page = await fetch(demo.url);
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
  });

  test("a browser without its cookie is refused", async () => {
    const { status } = await curl(demo.url, "start", {}, { "sec-fetch-site": "same-origin" });
    expect(status).toBe(401);
  });

  test("the whole answer is shown to its own visitor only", async () => {
    const { json, cookie = "" } = await curl(demo.url, "start", {});
    const inspect = (headers: Record<string, string>) =>
      fetch(`${demo.url}/demo/conversations/${json.conversation.id}`, { headers });
    expect(await (await inspect({ cookie })).text()).toContain(systemPrompt);
    expect((await inspect({})).status).toBe(404);
  });
});

test("Ctrl-C stops what runs and exits 0", async () => {
  const demo = await runDemo();
  const { status } = await curl(demo.url, "start", {});
  expect(status).toBe(201);
  // The demo exits 1 when its emulator still runs a conversation.
  expect(await demo.end("SIGINT")).toBe(0);
  expect(demo.printed().trim()).toBe(`demo ready ${demo.url}`);
}, 60_000);

test("with a key in the environment the same server talks to the real Equos", async () => {
  const real = await startEmulator();
  const demo = await runDemo({
    EQUOS_ENDPOINT: real.url,
    EQUOS_API_KEY: real.apiKey,
    EQUOS_CHARACTER_ID: real.characterId,
  });
  expect((await curl(demo.url, "start", {})).status).toBe(401);
  expect((await fetch(`${demo.url}/demo/bill`)).status).toBe(404);
  const page = await fetch(demo.url);
  const cookie = page.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  expect((await curl(demo.url, "start", {}, { cookie })).status).toBe(201);
  expect(real.conversations()).toHaveLength(1);
  expect(await demo.end()).toBe(0);
  real.assertNothingRunning();
  await real.close();
}, 60_000);

test("says what is wrong with the environment, in one line", async () => {
  const [port, character] = await Promise.all([
    runToEnd("demo.ts", { PORT: "http" }),
    runToEnd("demo.ts", { EQUOS_API_KEY: "key" }),
  ]);
  expect(port).toEqual({ code: 1, printed: "PORT takes a number from 0 to 65535; 0 takes any free port.\n" });
  expect(character).toEqual({ code: 1, printed: "EQUOS_API_KEY is set; set EQUOS_CHARACTER_ID as well.\n" });
}, 60_000);
