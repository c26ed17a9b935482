import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { type CallOptions, certainlyNotSent, EquosClient, TimeoutError } from "../src/index.js";
import { clientOf, failureOf, json, key, serve, type TestServer, transports } from "./support.js";

interface SlowServer extends TestServer {
  /** The client waits: the request is there, and where there is a body, some of it was sent. */
  readonly waiting: Promise<void>;
  /** The connection is gone. */
  readonly closed: Promise<void>;
}

async function slow(answer: (response: ServerResponse, waits: () => void) => void): Promise<SlowServer> {
  const waiting = deferred();
  const closed = deferred();
  const server = await serve((response) => {
    response.once("close", closed.resolve);
    answer(response, waiting.resolve);
  });
  return { ...server, waiting: waiting.promise, closed: closed.promise };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const silent = () => slow((_response, waits) => waits());

const dribbling = () =>
  slow((response, waits) => {
    response.writeHead(200);
    let written = 0;
    const timer = setInterval(() => {
      response.write(" ");
      written += 1;
      if (written === 5) waits();
    }, 5);
    response.once("close", () => clearInterval(timer));
  });

describe.each(transports)("limits over $transport", ({ own }) => {
  const cases = [
    ["before the answer", silent],
    ["while the body dribbles in", dribbling],
  ] as const;

  it.each(cases)("timeoutMs of the client ends a call %s", async (_, server) => {
    const { url, seen, closed } = await server();
    const error = await failureOf(
      clientOf(url, { ...own, timeoutMs: 150 }).conversations.stopConversation({ id: "con_1" }),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      name: "TimeoutError",
      message: "Equos did not answer stopConversation within 150 ms",
    });
    expect(certainlyNotSent(error)).toBe(false);
    await closed;
    expect(seen).toHaveLength(1);
  });

  it.each(cases)("timeoutMs of the call ends it %s", async (_, server) => {
    const { url, closed } = await server();
    const error = await failureOf(clientOf(url, own).conversations.listConversations({}, { timeoutMs: 120 }));
    expect(error).toMatchObject({
      name: "TimeoutError",
      message: "Equos did not answer listConversations within 120 ms",
    });
    await closed;
  });

  it.each(cases)("an AbortSignal ends a call %s, with its reason", async (_, server) => {
    const { url, waiting, closed } = await server();
    const controller = new AbortController();
    const failure = failureOf(
      clientOf(url, own).conversations.stopConversation({ id: "con_1" }, { signal: controller.signal }),
    );
    await waiting;
    const reason = new Error("the visitor left");
    controller.abort(reason);
    expect(await failure).toBe(reason);
    expect(certainlyNotSent(reason)).toBe(false);
    await closed;
  });

  it("an AbortSignal without a reason ends the call with an AbortError", async () => {
    const { url, waiting } = await silent();
    const controller = new AbortController();
    const failure = failureOf(clientOf(url, own).conversations.listConversations({}, { signal: controller.signal }));
    await waiting;
    controller.abort();
    expect(await failure).toMatchObject({ name: "AbortError" });
  });

  it("limits a call whose apiKey function never answers", async () => {
    const server = await serve();
    const client = EquosClient.create(() => new Promise<string>(() => undefined), { endpoint: server.url, ...own });
    const tooLong = client.conversations.stopConversation({ id: "con_1" }, { timeoutMs: 30 });
    expect(await failureOf(tooLong)).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const left = failureOf(client.conversations.stopConversation({ id: "con_1" }, { signal: controller.signal }));
    controller.abort("left");
    expect(await left).toBe("left");
    expect(server.sockets).toEqual([]);
  });

  it("does not begin when the signal has ended already, even the apiKey function is not asked", async () => {
    const server = await serve();
    const apiKey = vi.fn(() => new Promise<string>(() => undefined));
    const client = EquosClient.create(apiKey, { endpoint: server.url, ...own });
    const call = client.conversations.stopConversation({ id: "con_1" }, { signal: AbortSignal.abort("left before") });
    expect(await failureOf(call)).toBe("left before");
    expect(apiKey).not.toHaveBeenCalled();
    expect(server.sockets).toEqual([]);
  });

  it("sends nothing when the signal ends while the key is looked up", async () => {
    const server = await serve();
    const controller = new AbortController();
    const apiKey = async () => {
      controller.abort("left");
      return key;
    };
    const client = EquosClient.create(apiKey, { endpoint: server.url, ...own });
    const call = client.conversations.stopConversation({ id: "con_1" }, { signal: controller.signal });
    expect(await failureOf(call)).toBe("left");
    expect(server.sockets).toEqual([]);
  });

  describe("leaves nothing behind after", () => {
    const outcomes: readonly [string, () => Promise<TestServer>, string | undefined, CallOptions][] = [
      ["an answer", () => serve(), undefined, {}],
      ["an error of Equos", () => serve(json({}, 500)), "ResponseError", {}],
      ["garbage", () => serve((response) => response.end("<")), "InvalidAnswerError", {}],
      ["a closed connection", () => serve((response) => response.destroy()), "FetchError", {}],
      ["the time limit", dribbling, "TimeoutError", { timeoutMs: 61 }],
    ];

    it.each(outcomes)("%s", async (_, start, expected, options) => {
      const { url } = await start();
      const { signal } = new AbortController();
      const added = vi.spyOn(signal, "addEventListener");
      const removed = vi.spyOn(signal, "removeEventListener");
      const timeoutMs = options.timeoutMs ?? 54_321;
      const set = vi.spyOn(globalThis, "setTimeout");
      const cleared = vi.spyOn(globalThis, "clearTimeout");
      const call = clientOf(url, own).conversations.listConversations({}, { signal, timeoutMs });
      expect(getEventListeners(signal, "abort")).toHaveLength(1);
      const [outcome] = await Promise.allSettled([call]);
      expect(outcome.status === "rejected" ? outcome.reason.name : undefined).toBe(expected);
      expect(getEventListeners(signal, "abort")).toEqual([]);
      expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
        added.mock.calls.map(([, listener]) => listener),
      );
      const timers = set.mock.calls.flatMap(([, ms], index) =>
        ms === timeoutMs ? [set.mock.results[index]?.value] : [],
      );
      expect(timers).toHaveLength(1);
      for (const timer of timers) expect(cleared).toHaveBeenCalledWith(timer);
    });

    it("an abort", async () => {
      const { url, waiting } = await silent();
      const controller = new AbortController();
      const failure = failureOf(clientOf(url, own).conversations.listConversations({}, { signal: controller.signal }));
      await waiting;
      controller.abort("left");
      await failure;
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    });

    it("a key that cannot be sent", async () => {
      const { url } = await serve();
      const { signal } = new AbortController();
      const failure = failureOf(clientOf(url, own, "").conversations.listConversations({}, { signal }));
      expect(await failure).toMatchObject({ name: "RequiredError" });
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });
  });

  it("one signal serves many calls at a time", async () => {
    const server = await serve(json({ conversations: [] }));
    const { signal } = new AbortController();
    const { conversations } = clientOf(server.url, own);
    await Promise.all(Array.from({ length: 8 }, () => conversations.listConversations({}, { signal })));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(server.seen).toHaveLength(8);
  });
});

it("sends nothing when the caller gives up in the same turn", async () => {
  const fetch = vi.fn<typeof globalThis.fetch>();
  const controller = new AbortController();
  const { conversations } = clientOf("https://api.equos.ai", { fetch });
  const failure = failureOf(conversations.stopConversation({ id: "con_1" }, { signal: controller.signal }));
  controller.abort("left");
  expect(await failure).toBe("left");
  expect(fetch).not.toHaveBeenCalled();
});

it("limits a fetch that does not look at its signal", async () => {
  const client = clientOf("https://api.equos.ai", { fetch: () => new Promise(() => undefined) });
  expect(await failureOf(client.conversations.listConversations({}, { timeoutMs: 20 }))).toBeInstanceOf(TimeoutError);
});

describe("timeoutMs takes what a timer can count", () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("not %d", async (timeoutMs) => {
    expect(() => EquosClient.create(key, { timeoutMs })).toThrow(TypeError);
    const fetch = vi.fn<typeof globalThis.fetch>();
    const call = clientOf("https://api.equos.ai", { fetch }).conversations.listConversations({}, { timeoutMs });
    expect(await failureOf(call)).toBeInstanceOf(TypeError);
    expect(fetch).not.toHaveBeenCalled();
  });

  it("up to 24 days", async () => {
    const server = await serve();
    const client = clientOf(server.url, { timeoutMs: 2 ** 31 - 1 });
    expect(await client.conversations.listConversations()).toEqual({});
  });
});
