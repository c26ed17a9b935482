import { connect, type IncomingHttpHeaders } from "node:http2";
import { call, json, LeakWatch } from "@equos-broker/conformance";
import { type AuthorizeContext, ConversationBroker, cronHandler, toFastify } from "@equos-broker/fastify";
import swagger from "@fastify/swagger";
import fastify from "fastify";
import { expect, it, onTestFinished, vi } from "vitest";
import { eventually, runningOn, stageWith } from "./app.js";

const authorize = ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "Ada" });
const unused = () =>
  // Nothing listens at this address.
  new ConversationBroker({
    authorize,
    apiKey: "sk_unused",
    endpoint: "http://127.0.0.1:9",
    characters: { guide: "cha_1" },
    logger: quiet,
  });
const quiet = { warn: () => undefined, error: () => undefined };

const oneProxy = (_address: string, hop: number) => hop < 1;

it.each([
  ["the README's function: each visitor has a quota", oneProxy, [201, 201, 429]],
  ["the proxy's address", "127.0.0.1", [201, 201, 429]],
  // Docs warn of these: Fastify trusts no proxy then, so all visitors share one quota.
  ["a number", 1, [201, 429, 429]],
  ["a number as text", "1", [201, 429, 429]],
])("counts visitors behind a proxy by `trustProxy`: %s", async (_, trustProxy, statuses) => {
  const perIp = { starts: { max: 1, perSeconds: 60 } };
  const stage = await stageWith(() => undefined, {}, { limits: { perIp } });
  // Fastify's own types have no number either.
  const app = fastify({ trustProxy: trustProxy as string });
  app.register(toFastify(stage.broker), { prefix: "/api/equos" });
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(async () => await app.close());
  const start = async (forwarded: string) => {
    const headers = { ...json({}).headers, "x-user": stage.newUser(), "x-forwarded-for": forwarded };
    return (await call(`${origin}/api/equos/start`, { ...json({}), headers })).status;
  };
  // The third one claims another address; the proxy has added the one that it saw.
  const answers = [await start("203.0.113.8"), await start("203.0.113.9"), await start("198.51.100.1, 203.0.113.8")];
  expect(answers).toEqual(statuses);
});

it("shows its routes to @fastify/swagger, and validates nothing by them", async () => {
  const app = fastify();
  await app.register(swagger);
  await app.register(toFastify(unused()), { prefix: "/api/equos" });
  await app.ready();
  // Of the OpenAPI document this much is looked at.
  const { paths } = app.swagger() as unknown as { paths: Record<string, Record<string, { responses: object }>> };
  expect(Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods)])).toEqual(
    ["start", "stop", "keepalive", "token"].map((action) => [`/api/equos/${action}`, ["post"]]),
  );
  expect(Object.keys(paths["/api/equos/start"]?.post?.responses ?? {})).toEqual(["200", "201", "default"]);
  const answer = await app.inject({
    method: "POST",
    url: "/api/equos/start",
    payload: { character: 7 },
    headers: { "x-user": "ada" },
  });
  expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid-body"]);
  await app.close();
});

it.each([{ ignoreTrailingSlash: true }, { routerOptions: { ignoreTrailingSlash: true } }, {}])(
  "mounts on an app with %j",
  async (options) => {
    // Fastify's own, of the place where the host has set the option.
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const app = fastify(options);
    app.register(toFastify(unused()), { prefix: "/api" });
    app.register(toFastify(cronHandler(unused(), { secret: "c".repeat(32) })), { prefix: "/api" });
    for (const url of ["/api/stop", "/api/stop/"]) {
      expect((await app.inject({ method: "POST", url })).json().code).toBe("invalid-identity");
    }
    expect((await app.inject({ method: "GET", url: "/api/cron" })).statusCode).toBe(401);
    expect((await app.inject({ method: "POST", url: "/api/other" })).json()).toMatchObject({ error: "Not Found" });
    await app.close();
  },
);

it("writes what concerns a request into the request's own log, and into the broker's where the app has none", async () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const watch = new LeakWatch();
  const make = (logger: object | false) => {
    const app = fastify({ logger, genReqId: () => "request-4711" });
    const broker = new ConversationBroker({
      authorize: () => {
        throw new Error("no database");
      },
      apiKey: "sk_secret_of_this_test",
      characters: { guide: "cha_1" },
      logger: watch.logger,
    });
    app.register(toFastify(broker));
    return app;
  };
  const request = {
    method: "POST",
    url: "/start",
    payload: {},
    headers: { authorization: "Bearer of-this-caller" },
  } as const;
  expect((await make({ stream, level: "warn" }).inject(request)).statusCode).toBe(500);
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? "{}");
  expect(line).toMatchObject({ reqId: "request-4711", code: "authorize-failed", action: "start", level: 50 });
  expect(lines[0]).not.toContain("of-this-caller");
  expect(watch.lines).toEqual([]);

  expect((await make(false).inject(request)).statusCode).toBe(500);
  expect(watch.lines).toHaveLength(1);
  expect(watch.lines[0]).toContain("authorize-failed");
});

it("closes the broker with the app where it is told to", async () => {
  for (const closeOnClose of [true, false, undefined]) {
    const broker = unused();
    const app = fastify();
    app.register(toFastify(broker, { closeOnClose }));
    await app.ready();
    await app.close();
    const error = await broker.start({ consumer: { identity: "ada", name: "Ada" } }).catch((thrown: unknown) => thrown);
    // Nobody is asked by a broker that is closed; the other one asks an Equos that does not know its key.
    if (closeOnClose) expect(error).toMatchObject({ code: "broker-closed" });
    else expect(error).not.toMatchObject({ code: "broker-closed" });
    await broker.close();
  }
});

it("stops what runs when the app closes, because the broker's records end with the process", async () => {
  const stage = await stageWith(() => undefined);
  const app = fastify();
  app.register(toFastify(stage.broker, { closeOnClose: true }));
  const answer = await app.inject({ method: "POST", url: "/start", payload: {}, headers: { "x-user": "ada" } });
  expect([answer.statusCode, runningOn(stage)]).toEqual([201, 1]);
  await app.close();
  expect(runningOn(stage)).toBe(0);
});

it("passes on to the app's error handler what is no broker's", () => {
  expect(() => toFastify({ actions: ["start"] } as never)).toThrow("must be a ConversationBroker");
});

it("in development, logs that a prefix names an action as well, and refuses to be a route's handler", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
  const lines: string[] = [];
  const logger = { level: "warn", stream: { write: (line: string) => void lines.push(JSON.parse(line).msg) } };
  const mounted = async (prefix: string, options: object) => {
    const app = fastify(options);
    app.register(toFastify(unused()), { prefix });
    await app.ready();
    return app;
  };
  await mounted("/api/equos", { logger });
  await mounted("/api/equos/start", { logger });
  await mounted("/api/equos/start/", {});
  vi.stubEnv("NODE_ENV", "production");
  onTestFinished(() => void vi.unstubAllEnvs());
  await mounted("/api/equos/start", { logger });
  expect(lines).toEqual([
    expect.stringContaining('For /api/equos/start register toFastify with the prefix "/api/equos".'),
  ]);
  expect(warn).toHaveBeenCalledTimes(1);

  const app = fastify();
  // TypeScript refuses it.
  app.post("/api/equos/start", toFastify(unused()) as never);
  const answer = await app.inject({ method: "POST", url: "/api/equos/start", payload: {} });
  expect([answer.statusCode, answer.json().message]).toEqual([500, expect.stringContaining("is a plugin, no handler")]);
});

it("answers inject(), whose connection never closes, and lets the app close", async () => {
  const stage = await stageWith(() => undefined);
  const app = fastify();
  app.register(toFastify(stage.broker));
  const answer = await app.inject({ method: "POST", url: "/start", payload: {}, headers: { "x-user": "ada" } });
  expect(answer.statusCode).toBe(201);
  await app.close();
  await stage.clock.advance(3_000);
  expect(runningOn(stage)).toBe(1);
});

it("is closed as soon as the app begins to close, though a request is still on its way", async () => {
  const app = fastify();
  const broker = unused();
  let release: () => void = () => undefined;
  app.get("/slow", async () => await new Promise<string>((resolve) => (release = () => resolve("done"))));
  app.register(toFastify(broker, { closeOnClose: true }));
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  let asked = false;
  app.server.on("request", () => {
    asked = true;
  });
  const slow = call(`${origin}/slow`, { method: "GET" });
  await eventually(() => asked);
  const closing = app.close();
  const refused = () =>
    broker.start({ consumer: { identity: "ada", name: "Ada" } }).then(
      () => false,
      ({ code }) => code === "broker-closed",
    );
  while (!(await refused())) await new Promise((resolve) => setImmediate(resolve));
  release();
  expect((await slow).text).toBe("done");
  await closing;
});

it("serves HTTP/2, and stops what was started for a client that reset its stream", async () => {
  const stage = await stageWith(() => undefined);
  const app = fastify({ http2: true });
  app.register(toFastify(stage.broker), { prefix: "/api/equos" });
  const client = connect(await app.listen({ port: 0, host: "127.0.0.1" }));
  onTestFinished(async () => {
    client.destroy();
    await app.close();
  });
  const headers = (user: string): IncomingHttpHeaders => ({
    ":method": "POST",
    ":path": "/api/equos/start",
    "content-type": "application/json",
    "x-user": user,
  });
  const answered = client.request(headers("ada"));
  answered.end("{}");
  const status = await new Promise((resolve) => answered.once("response", (response) => resolve(response[":status"])));
  answered.resume();
  await new Promise((resolve) => answered.once("close", resolve));
  await stage.clock.advance(1_000);
  expect([status, runningOn(stage)]).toEqual([201, 1]);

  let answer: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  stage.emulator.faults.queue("startConversation", { until });
  const gone = client.request(headers("ben"));
  gone.on("error", () => undefined);
  gone.end("{}");
  await eventually(() => stage.startsOf("ben") === 1);
  gone.close(8); // CANCEL
  await eventually(() => stage.arrivals.at(-1)?.signal.aborted === true);
  answer();
  await stage.undeliveredEnd("ben");
  expect([stage.emulator.conversations().length, runningOn(stage)]).toEqual([2, 1]);
});
