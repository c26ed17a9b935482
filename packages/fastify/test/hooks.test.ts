import { PassThrough, type Readable } from "node:stream";
import { createGunzip, type Gunzip, gzipSync } from "node:zlib";
import { call, json } from "@equos-broker/conformance";
import compress from "@fastify/compress";
import type { FastifyInstance } from "fastify";
import { expect, it } from "vitest";
import { eventually, runningOn, stageWith } from "./app.js";

it("stops a conversation whose answer a hook of the app has replaced by an error", async () => {
  const stage = await stageWith((app) => {
    app.addHook("onSend", async (_, reply, payload) => {
      if (reply.statusCode === 201) throw new Error("the app's own onSend");
      return payload;
    });
  });
  const user = stage.newUser();
  const answer = await stage.start(user);
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain("eyJ");
  await stage.undeliveredEnd(user);
  expect(runningOn(stage)).toBe(0);
  expect(stage.emulator.conversations()).toHaveLength(1);
});

it("stops one whose answer the app's error handler has replaced by an answer that looks fine", async () => {
  const stage = await stageWith((app) => {
    app.setErrorHandler((_, __, reply) => reply.code(200).send({ ok: false }));
    app.addHook("onSend", async (_, reply, payload) => {
      if (reply.statusCode === 201) throw new Error("the app's own onSend");
      return payload;
    });
  });
  const user = stage.newUser();
  const answer = await stage.start(user);
  expect([answer.status, answer.text]).toEqual([200, '{"ok":false}']);
  await stage.undeliveredEnd(user);
  expect([stage.emulator.conversations().length, runningOn(stage)]).toEqual([1, 0]);
});

it.each([false, true])("stops one that the app has answered for already, its onSend being slow: %s", async (slow) => {
  let sendOn: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    sendOn = resolve;
  });
  const stage = await stageWith((app) => {
    app.addHook("onRequest", async (_, reply) => {
      // As a time limit of the app's does, while the handler is at work.
      setImmediate(() => reply.code(503).send("too late"));
    });
    app.addHook("onSend", async (_, reply, payload) => {
      if (slow && reply.statusCode === 503) await until;
      return payload;
    });
  });
  const user = stage.newUser();
  const answering = stage.start(user);
  await eventually(() => stage.events.some(({ type }) => type === "conversation.started"));
  sendOn();
  const answer = await answering;
  expect([answer.status, answer.text]).toEqual([503, "too late"]);
  await stage.undeliveredEnd(user);
  expect(runningOn(stage)).toBe(0);
});

it("leaves one running whose answer a hook has packed, and adds to the app's Vary and cookies", async () => {
  const stage = await stageWith(
    (app) => {
      app.register(compress, { threshold: 0 });
      app.addHook("onRequest", async (_, reply) => void reply.headers({ "set-cookie": "host=1", vary: "Cookie" }));
    },
    { allowedOrigins: ["https://app.example"] },
    { authorize: () => ({ identity: "ada", name: "Ada", headers: { "set-cookie": ["renewed=1; Path=/"] } }) },
  );
  const answer = await stage.start("ada", {}, { headers: { "accept-encoding": "gzip" } });
  expect(answer.status).toBe(201);
  expect(answer.headers["content-encoding"]).toBe("gzip");
  expect(String(answer.headers.vary).toLowerCase().split(/, */).sort()).toEqual([
    ...["accept-encoding", "cookie", "origin"],
  ]);
  expect(answer.headers["set-cookie"]).toEqual(["host=1", "renewed=1; Path=/"]);
  await stage.clock.advance(2_000);
  expect(runningOn(stage)).toBe(1);
});

it("lets the app's hooks refuse, and answer", async () => {
  const stage = await stageWith((app) => {
    app.addHook("preHandler", async (request, reply) => {
      if (request.headers["x-user"] === "banned") return reply.code(403).send({ app: "says no" });
    });
  });
  const answer = await stage.start("banned");
  expect([answer.status, answer.text]).toEqual([403, '{"app":"says no"}']);
  expect(stage.emulator.requests()).toEqual([]);
});

const tooMany = Object.assign(new Error("Rate limit exceeded"), { statusCode: 429, code: "TOO_MANY", ttl: 60 });
const refusals = {
  "throws an error": (app: FastifyInstance) => void app.addHook("onRequest", () => Promise.reject(tooMany)),
  "throws an error of no kind of Fastify's": (app: FastifyInstance) =>
    void app.addHook("preHandler", () => Promise.reject({ statusCode: 429, mine: "slow down" })),
  "sends an error": (app: FastifyInstance) =>
    void app.addHook("preParsing", async (_, reply) => void reply.code(401).send(new Error("No token"))),
  "throws what the app's error handler answers": (app: FastifyInstance) => {
    app.setErrorHandler((error: Error, _, reply) => reply.code(418).send({ app: { says: error.message } }));
    app.addHook("onRequest", () => Promise.reject(tooMany));
  },
};

it.each(Object.entries(refusals))("leaves the body alone of a hook that %s", async (_, refuse) => {
  const stage = await stageWith(refuse);
  const answer = await stage.start("ada");
  const own = await call(`${stage.server.origin}/api/v1/echo`, json({}));
  expect(own.text).not.toBe("{}");
  expect([answer.status, answer.text]).toEqual([own.status, own.text]);
  expect(answer.headers["content-type"]).toBe(own.headers["content-type"]);
});

const spoilt = {
  "has read the body and kept nothing": async (payload: Readable) => {
    for await (const _ of payload);
    return payload;
  },
  "has destroyed the body": async (payload: Readable) => {
    // Not the connection's own stream: that would end the connection.
    const copy = payload.pipe(new PassThrough());
    copy.destroy();
    return copy;
  },
};

it.each(Object.entries(spoilt))("refuses a start after a hook that %s", async (_, spoil) => {
  const stage = await stageWith((app) => {
    app.addHook("preParsing", async (__, ___, payload) => await spoil(payload as Readable));
  });
  const answer = await stage.start(stage.newUser(), { character: "guide" });
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, "body-unreadable"]);
  expect(stage.emulator.requests()).toEqual([]);
});

it("reads what a hook has unpacked", async () => {
  const stage = await stageWith((app) => {
    app.addHook("preParsing", async (_, __, payload) => payload.pipe(createGunzip()));
  });
  const packets = [new Uint8Array(gzipSync('{"character":"stranger"}'))];
  const headers = { "content-type": "application/json", "x-user": stage.newUser() };
  const answer = await stage.call("/start", { headers, body: { packets } });
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, "unknown-character"]);
});

it("unpacks no more than it takes", async () => {
  const unpacking: Gunzip[] = [];
  const stage = await stageWith((app) => {
    app.addHook("preParsing", async (_, __, payload) => {
      const gunzip = createGunzip();
      unpacking.push(gunzip);
      return payload.pipe(gunzip);
    });
  });
  const packets = [new Uint8Array(gzipSync(new Uint8Array(32 * 1024 * 1024)))];
  const headers = { "content-type": "application/json", "x-user": stage.newUser() };
  const answer = await stage.call("/start", { headers, body: { packets } });
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([413, "body-too-large"]);
  expect(unpacking.map(({ destroyed }) => destroyed)).toEqual([true]);
});

it("leaves parsers, validators and serializers of the app's other routes alone", async () => {
  const stage = await stageWith((app) => {
    const schema = {
      body: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
      response: { 200: { type: "object", properties: { name: { type: "string" } } } },
    };
    app.post("/strict", { schema }, async () => ({ name: "Ada", secret: "left out" }));
  });
  const { origin } = stage.server;
  const echoed = await stage
    .call("", {})
    .then(() => fetch(`${origin}/api/v1/echo`, { method: "POST", ...json({ a: 1 }) }));
  expect(await echoed.json()).toEqual({ a: 1 });
  expect((await fetch(`${origin}/strict`, { method: "POST", ...json({}) })).status).toBe(400);
  const strict = await fetch(`${origin}/strict`, { method: "POST", ...json({ name: "x" }) });
  expect(await strict.json()).toEqual({ name: "Ada" });
});
