import { manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import type { EquosPort } from "../../src/upstream/port.js";
import { type Answer, nest, request, serve, upstreamWith } from "./support.js";

const html = "<!doctype html><h1>Not Found</h1>";
const startedAt = "2026-01-20T10:00:00.000Z";
const endedAt = "2026-01-20T10:01:30.000Z";
const ended = JSON.stringify({ id: "con_1", status: "ended", startedAt, endedAt });
const notYet = "Equos does not know the conversation yet and will be asked again";

describe("stop and look", () => {
  it.each<[string, Answer]>([
    ["an HTML 404", [404, html]],
    ["a 404 with JSON of a gateway", [404, '{"message":"no such upstream"}']],
    ["a 404 with another statusCode", [404, '{"statusCode":502,"message":"bad gateway"}']],
    ["a 404 for the route", nest(404, "Cannot GET /v3/conversations/con_1")],
    ["an HTML 200", [200, html]],
    ["JSON of a gateway with 200", [200, '{"status":"ok"}']],
    ["an empty 202", [202, ""]],
  ])("treat %s as a failure, however often", async (_, answer) => {
    const clock = manualClock();
    const gateway = await serve({ stop: answer, get: answer });
    const upstream = upstreamWith({ endpoint: gateway.url }, clock);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await upstream.stop("con_1")).toMatchObject({
        confirmed: false,
        failure: { operation: "stopConversation" },
      });
      expect(await upstream.look("con_1")).toMatchObject({ says: "failure" });
      await clock.advance(5_000);
    }
    expect(gateway.seen).toHaveLength(6);
  });

  it("an empty 200 does not confirm a stop, because Equos documents 201", async () => {
    const clock = manualClock();
    const upstream = upstreamWith({ endpoint: (await serve({ stop: [200, ""], get: [200, ""] })).url }, clock);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await upstream.stop("con_1")).toMatchObject({ confirmed: false });
      await clock.advance(5_000);
    }
  });

  it.each<[string, Answer, Answer]>([
    ["null", [201, "null"], [200, "null"]],
    ["an empty body with the documented status", [201, ""], [200, ""]],
    ["Equos' own 404", nest(404, "Conversation not found"), nest(404, "Conversation not found")],
  ])("believe %s after two looks that are 5 s apart", async (_, stop, get) => {
    const clock = manualClock();
    const upstream = upstreamWith({ endpoint: (await serve({ stop, get })).url }, clock);
    const unconfirmed = { confirmed: false, failure: { detail: notYet } };
    expect(await upstream.stop("con_1")).toMatchObject(unconfirmed);
    await clock.advance(4_999);
    expect(await upstream.stop("con_1")).toMatchObject(unconfirmed);
    await clock.advance(1);
    expect(await upstream.stop("con_1")).toMatchObject({ confirmed: true, failure: undefined });
    expect(await upstream.look("con_1")).toEqual({ says: "nothing" });
    expect(await upstream.look("con_2", { isUntrusted: true })).toEqual({ says: "nothing" });
    expect(await upstream.look("con_2")).toMatchObject({ says: "failure", failure: { detail: notYet } });
  });

  it("measure the 5 s by the monotonic clock", async () => {
    const manual = manualClock();
    let monotonic = 0;
    const clock = Object.assign(Object.create(manual), {
      now: () => manual.now(),
      setTimeout: (task: () => void, ms: number) => manual.setTimeout(task, ms),
      clearTimeout: (handle: unknown) => manual.clearTimeout(handle),
      monotonic: () => monotonic,
    });
    const upstream = upstreamWith({ endpoint: (await serve({ get: [200, "null"] })).url }, clock);
    await upstream.look("con_1");
    await manual.advance(3_600_000);
    expect(await upstream.look("con_1")).toMatchObject({ says: "failure" });
    monotonic += 5_000;
    expect(await upstream.look("con_1")).toEqual({ says: "nothing" });
  });

  it("begin again once a look has shown the conversation, and after 10,000 other conversations", async () => {
    const clock = manualClock();
    let answer: unknown = null;
    const call = async () => answer;
    const conversations = { startConversation: call, stopConversation: call, getConversationById: call };
    const upstream = upstreamWith({ equos: { conversations: { ...conversations, listConversations: call } } }, clock);
    const lookAfter = async (ms: number) => {
      await clock.advance(ms);
      return (await upstream.look("con_1")).says;
    };
    expect(await lookAfter(0)).toBe("failure");
    answer = { id: "con_1", status: "running" };
    expect(await lookAfter(5_000)).toBe("running");
    answer = null;
    expect(await lookAfter(5_000)).toBe("failure");
    for (let other = 0; other < 10_000; other += 1) await upstream.look(`other_${other}`);
    expect(await lookAfter(5_000)).toBe("failure");
    expect(await lookAfter(5_000)).toBe("nothing");
  });

  it("a stop returns when the conversation ended", async () => {
    const { url } = await serve({ stop: [201, "null"], get: [200, ended] });
    const outcome = await upstreamWith({ endpoint: url }).stop("con_1");
    expect(outcome).toEqual({ confirmed: true, seconds: 90, endedAt: Date.parse(endedAt), failure: undefined });
  });
});

describe("a failed start", () => {
  const inEquosForm = (status: number, harmless: boolean): [string, boolean, Answer] => [
    `${status} in Equos' form`,
    harmless,
    nest(status),
  ];
  it.each<[string, boolean, Answer]>([
    ...[400, 401, 402, 403, 404, 409, 422, 429].map((status) => inEquosForm(status, true)),
    ["Equos' own list of messages", true, nest(400, ["name must be a string", "client must be a string"])],
    ...[408, 425, 499, 500, 503].map((status) => inEquosForm(status, false)),
    ["an HTML 404", false, [404, html]],
    ["an HTML 409", false, [409, html]],
    ["a 404 with JSON of a gateway", false, [404, '{"message":"no such upstream"}']],
    ["a 429 with another statusCode", false, [429, '{"statusCode":400,"message":"slow down"}']],
    ["a 422 without a message", false, [422, '{"statusCode":422}']],
    ["an empty 403", false, [403, ""]],
  ])("%s: certainly nothing created: %s", async (_, harmless, answer) => {
    const upstream = upstreamWith({ endpoint: (await serve({ start: answer })).url });
    const thrown = await upstream.start(request).catch((error: unknown) => error);
    const failure = await upstream.failure("startConversation", thrown);
    expect(failure).toMatchObject({ harmless, error: { upstream: { status: answer[0] } } });
  });
});

describe("a start that is too late", () => {
  const tooLate = async (upstream: ReturnType<typeof upstreamWith>, mayStillSend: () => boolean) => {
    const error = await upstream.start(request, { mayStillSend }).catch((thrown: unknown) => thrown);
    expect(await upstream.failure("startConversation", error)).toMatchObject({
      error: { code: "start-too-late" },
      harmless: true,
    });
  };

  it("is not sent when the process was frozen until the connection was ready", async () => {
    const gateway = await serve({ start: [201, "{}"] });
    let isLate = false;
    const start = tooLate(upstreamWith({ endpoint: gateway.url }), () => !isLate);
    // The call has begun to connect. The connection becomes ready in a later turn of the event loop.
    for (let step = 0; step < 50; step += 1) await new Promise((resolve) => process.nextTick(resolve));
    isLate = true;
    await start;
    expect(gateway).toMatchObject({ seen: [], connections: 1 });
  });

  it("is not passed to the team's fetch or client", async () => {
    let calls = 0;
    const call = async () => {
      calls += 1;
      return new Response();
    };
    const conversations = { startConversation: call, stopConversation: call, getConversationById: call };
    const equos: EquosPort = { conversations: { ...conversations, listConversations: call } };
    await tooLate(upstreamWith({ fetch: call }), () => false);
    await tooLate(upstreamWith({ equos }), () => false);
    expect(calls).toBe(0);
  });

  it("in time, it is sent", async () => {
    const gateway = await serve({ start: [201, '{"conversation":{}}'] });
    const upstream = upstreamWith({ endpoint: gateway.url });
    expect(await upstream.start(request, { mayStillSend: () => true })).toEqual({ conversation: {} });
    expect(gateway.seen).toEqual(["POST /v3/conversations"]);
  });
});
