import { type AuthorizeContext, ConversationBroker, type Exchange, serveFetch } from "@equos-broker/core";
import { expect, it, onTestFinished } from "vitest";

// What runtimes do in a way of their own. packages/installed tries it on the runtimes themselves.

it("Deno: an environment that may not be read is an empty one, also where a failure is reported", async () => {
  const { env } = process;
  onTestFinished(() => void Object.defineProperty(process, "env", { value: env, configurable: true, writable: true }));
  const denied = new Proxy(env, {
    get: () => {
      throw new Error("NotCapable: Requires env access");
    },
  });
  const broker = new ConversationBroker({
    authorize: (_: AuthorizeContext) => {
      throw new Error("no database");
    },
    characters: { guide: "cha_1" },
    logger: { warn: () => undefined, error: () => undefined },
  });
  const exchange: Exchange = {
    method: "POST",
    action: "start",
    header: (name) => (name === "content-type" ? "application/json" : undefined),
    readBody: async () => ({}),
    clientIp: undefined,
    signal: new AbortController().signal,
    native: undefined,
    waitUntil: () => undefined,
  };
  Object.defineProperty(process, "env", { value: denied, configurable: true, writable: true });
  const reply = await broker.handle(exchange);
  expect([reply?.status, JSON.parse(reply?.body ?? "")]).toMatchObject([500, { code: "authorize-failed" }]);
});

it("Deno: a request that is aborted after its answer is no departure", async () => {
  const deno = new AbortController();
  let signal: AbortSignal | undefined;
  const broker = new ConversationBroker({
    authorize: (context: AuthorizeContext) => {
      signal = context.signal;
      return null;
    },
    characters: { guide: "cha_1" },
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, signal: deno.signal };
  const answer = await serveFetch(broker, new Request("http://shop.example/start", init), {});
  deno.abort();
  expect([answer.status, signal?.aborted]).toEqual([401, false]);
});

it("a client that leaves before its answer aborts, for whoever asks late too", async () => {
  const client = new AbortController();
  const seen: boolean[] = [];
  const broker = new ConversationBroker({
    authorize: async (context: AuthorizeContext) => {
      client.abort();
      seen.push(context.signal.aborted);
      return null;
    },
    characters: { guide: "cha_1" },
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, signal: client.signal };
  await serveFetch(broker, new Request("http://shop.example/start", init), {});
  expect(seen).toEqual([true]);
});
