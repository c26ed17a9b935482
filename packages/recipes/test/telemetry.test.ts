import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fault, manualClock, startEmulator } from "@equos-broker/emulator";
import { ConversationBroker, type ExpressContext, toExpress } from "@equos-broker/express";
import { SpanStatusCode } from "@opentelemetry/api";
import express from "express";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { conversationTelemetry, observed } from "../src/telemetry.js";
import { openTelemetry } from "./otel.js";

afterEach(() => void vi.useRealTimers());

const promptCtx = "Ada has not paid since March.";

/** An Express app with the recipe, a local Equos behind it, and OpenTelemetry beside it. */
async function openApp() {
  const otel = openTelemetry();
  const clock = manualClock();
  const emulator = await startEmulator({ clock });
  const broker = new ConversationBroker({
    authorize: ({ header }: ExpressContext) => {
      const identity = header("x-user");
      return identity === undefined ? null : { identity, name: "Ada Lovelace" };
    },
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: emulator.characterId },
    conversation: () => ({ promptCtx }),
    clock,
    logger: { warn: () => undefined, error: () => undefined },
    onEvent: conversationTelemetry(),
  });
  const app = express();
  app.use("/api/equos", toExpress(observed(broker)));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await emulator.close();
  });
  const call = async (action: string, user?: string, more: Record<string, string> = {}) => {
    const headers = { "content-type": "application/json", ...(user && { "x-user": user }), ...more };
    const url = `http://127.0.0.1:${port}/api/equos/${action}`;
    const answer = await fetch(url, { method: "POST", headers, body: "{}" });
    return { status: answer.status, text: await answer.text() };
  };
  return { otel, clock, emulator, broker, call };
}

it("counts, times and draws starts, resumes, stops and refusals", async () => {
  const { otel, clock, emulator, broker, call } = await openApp();
  expect((await call("start", "ada@example.test")).status).toBe(201);
  expect((await call("start", "ada@example.test")).status).toBe(200);
  expect((await call("start", "ben@example.test")).status).toBe(201);
  expect((await call("start")).status).toBe(401);
  expect((await call("start", "ada@example.test", { origin: "https://evil.example" })).status).toBe(403);
  emulator.faults.queue("startConversation", fault.tooMany(7));
  expect((await call("start", "cleo@example.test")).status).toBe(503);
  expect(await otel.points("equos.conversations.active")).toEqual({ "{}": 2 });

  await clock.advance(42_000);
  expect((await call("stop", "ada@example.test")).status).toBe(200);
  expect((await call("nothing", "ada@example.test")).status).toBe(404);

  expect(await otel.points("equos.conversations.active")).toEqual({ "{}": 1 });
  const guide = '"equos.character":"guide"';
  expect(await otel.points("equos.events")).toEqual({
    [`{"equos.event":"conversation.started",${guide}}`]: 2,
    [`{"equos.event":"conversation.resumed",${guide}}`]: 1,
    [`{"equos.event":"start.failed",${guide},"error.type":"upstream-busy"}`]: 1,
    [`{"equos.event":"conversation.stopping",${guide},"equos.reason":"owner"}`]: 1,
    [`{"equos.event":"conversation.ended",${guide},"equos.reason":"owner"}`]: 1,
  });
  expect(await otel.points("equos.conversation.duration")).toEqual({
    [`{${guide},"equos.reason":"owner"}`]: { count: 1, sum: 42 },
  });
  const times = (count: number) => ({ count, sum: expect.any(Number) });
  const answered = (action: string, status: number, code?: string) =>
    `{"equos.action":"${action}","http.response.status_code":${status}${code ? `,"error.type":"${code}"` : ""}}`;
  expect(await otel.points("equos.request.duration")).toEqual({
    [answered("start", 201)]: times(2),
    [answered("start", 200)]: times(1),
    [answered("start", 401, "unauthorized")]: times(1),
    [answered("start", 403, "origin-refused")]: times(1),
    [answered("start", 503, "upstream-busy")]: times(1),
    [answered("stop", 200)]: times(1),
  });

  const ofConversations = otel.spans().filter(({ name }) => name === "equos conversation");
  const [first] = otel.spans();
  expect(ofConversations).toHaveLength(1);
  expect(ofConversations[0]).toMatchObject({
    attributes: { "equos.conversation": expect.stringMatching(/^con_/), "equos.reason": "owner" },
    duration: [42, 0],
    // By the request that began it, and part of none.
    links: [{ context: { spanId: first?.spanContext().spanId } }],
    parentSpanContext: undefined,
  });
  const failed = otel.spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
  expect(failed.map(({ attributes }) => attributes["error.type"])).toEqual(["upstream-busy"]);
  expect(otel.spans().map(({ name }) => name)).not.toContain("equos nothing");
  await broker.close({ stop: true });
  expect(await otel.points("equos.conversations.active")).toEqual({ "{}": 0 });
});

it("tells nobody's name, and no secret", async () => {
  const { otel, emulator, broker, call } = await openApp();
  const { text } = await call("start", "ada@example.test");
  await call("start", "ada@example.test", { cookie: "session=s3cret-session" });
  emulator.faults.queue("startConversation", fault.status(500));
  await call("start", "ben@example.test");
  await broker.close({ stop: true });
  const exported = await otel.exported();
  const { conversation, consumerAccessToken } = JSON.parse(text);
  // It is the right haystack.
  expect(exported).toContain(conversation.id);
  const secrets = [emulator.apiKey, consumerAccessToken, ...emulator.secretTexts, promptCtx, "s3cret-session"];
  for (const secret of [...secrets, "ada@example.test", "ben@example.test", "Ada Lovelace"]) {
    expect(exported).not.toContain(secret);
  }
});

it("counts a conversation that ended elsewhere until it is surely over, and one told twice once", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const otel = openTelemetry();
  const tell = conversationTelemetry();
  const common = { at: "", deployment: undefined, consumer: { identity: "ada" }, character: "guide" };
  const start = (conversation: string) =>
    tell({ ...common, type: "conversation.started", conversation, maxSeconds: 600 });
  const end = (conversation: string) => {
    const startedAt = new Date().toISOString();
    tell({
      ...common,
      type: "conversation.ended",
      conversation,
      id: `of.${conversation}`,
      reason: "owner",
      seconds: 1,
      startedAt,
    });
  };
  start("con_1");
  start("con_1");
  start("con_2");
  expect(await otel.points("equos.conversations.active")).toEqual({ "{}": 2 });
  end("con_2");
  end("con_2");
  end("con_of_another_server");
  expect(await otel.points("equos.conversations.active")).toEqual({ "{}": 1 });
  vi.setSystemTime(Date.now() + 661_000);
  start("con_3");
  expect(await otel.points("equos.conversations.active")).toEqual({ "{}": 1 });
});

it("does nothing where there is no SDK", async () => {
  const broker = observed({ actions: ["start"], handle: async () => ({ status: 200, headers: {}, body: null }) });
  const exchange = { action: "start" } as Parameters<typeof broker.handle>[0]; // Only handed on.
  expect(await broker.handle(exchange)).toEqual({ status: 200, headers: {}, body: null });
});
