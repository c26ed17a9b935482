import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, type Socket } from "node:net";
import { type AuthorizeContext, ConversationBroker, toFetchHandler, toNodeHandler } from "@equos-broker/core";
import { startEmulator } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { officialLikeClient } from "./official-sdk.js";
import { ada, eventually, openSetting, outcome } from "./setting.js";

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // An address of a listening TCP server is never a string or null.
  return (server.address() as AddressInfo).port;
}

async function brokerWith(
  authorize: (context: AuthorizeContext) => { identity: string; name: string; headers?: never },
) {
  const emulator = await startEmulator();
  onTestFinished(async () => await emulator.close());
  const { apiKey, url: endpoint, characterId } = emulator;
  const log: unknown[] = [];
  const note = (details: object, message: string) => void log.push({ message, details });
  const logger = { warn: note, error: note };
  return {
    emulator,
    log,
    broker: new ConversationBroker({ authorize, apiKey, endpoint, characters: { default: characterId }, logger }),
  };
}

describe("headers of authorize", () => {
  it.each([
    ["a character that no header can carry", { "x-name": "Zo☃" }],
    ["a line break", { "x-name": "a\r\nset-cookie: stolen=1" }],
    ["a name that is none", { "x name": "a" }],
    ["a header that the reply decides", { "Content-Length": "3" }],
    ["a value that is no text", { "x-count": 3 }],
    ["a header of the connection", { "Keep-Alive": "timeout=5" }],
    ["a list for what stands once", { etag: ["a", "b"] }],
    ["one name in two spellings", { "X-Name": "a", "x-name": "b" }],
  ])("with %s start nothing, and break nothing", async (_, headers) => {
    const { broker, emulator } = await brokerWith(() => ({ ...ada, headers: headers as never }));
    const port = await listen(createServer(toNodeHandler(broker)));
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const answer = await fetch(`http://127.0.0.1:${port}/start`, request);
    expect([answer.status, await answer.json()]).toEqual([500, expect.objectContaining({ code: "authorize-failed" })]);
    expect((await toFetchHandler(broker)(new Request("http://a.example/start", request))).status).toBe(500);
    expect(emulator.requests()).toEqual([]);
  });

  it("leave the host's own cookies alone, however they are spelt", async () => {
    const { broker } = await brokerWith(() => ({
      ...ada,
      headers: { "Set-Cookie": "renewed=1", "set-cookie": ["second=2"] } as never,
    }));
    const handler = toNodeHandler(broker);
    const port = await listen(
      createServer((req, res) => {
        res.setHeader("Set-Cookie", "host=1");
        void handler(req, res);
      }),
    );
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const answer = await fetch(`http://127.0.0.1:${port}/start`, init);
    expect(answer.headers.getSetCookie()).toEqual(["host=1", "renewed=1", "second=2"]);
  });
});

it("an answer has an instance where the log has a line with the same one, and nowhere else", async () => {
  const { broker, log } = await brokerWith(({ header }) => {
    if (header("x-user") === undefined) throw Object.assign(new Error("who?"), { status: 401 });
    throw new Error("The session store is down");
  });
  const port = await listen(createServer(toNodeHandler(broker)));
  const problemFor = async (headers: Record<string, string>): Promise<unknown> => {
    const json = { "content-type": "application/json" };
    return await (
      await fetch(`http://127.0.0.1:${port}/start`, { method: "POST", headers: { ...json, ...headers } })
    ).json();
  };
  expect(await problemFor({})).toEqual({
    type: "urn:equos-broker:problem:unauthorized",
    title: "Unauthorized",
    status: 401,
    detail: expect.any(String),
    code: "unauthorized",
  });
  expect(log).toEqual([]);
  const problems = [await problemFor({ "x-user": "ada" }), await problemFor({ "sec-fetch-site": "cross-site" })];
  const line = { instance: expect.stringMatching(/^urn:uuid:[\da-f-]{36}$/) };
  expect(problems).toEqual([
    expect.objectContaining({ code: "authorize-failed", ...line }),
    expect.objectContaining({ code: "origin-refused", ...line }),
  ]);
  const instanceOf = (value: unknown) => Object(value).instance;
  expect(log.map((each) => instanceOf(Object(each).details))).toEqual(problems.map(instanceOf));
  expect(new Set(problems.map(instanceOf)).size).toBe(2);
});

it("a stop whose client breaks off behind a slow middleware stops nothing", async () => {
  const { broker, emulator } = await brokerWith(() => ada);
  const { grant } = await broker.start({ consumer: ada });
  const handler = toNodeHandler(broker);
  let gone: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const served: Promise<void>[] = [];
  const port = await listen(
    createServer((req, res) => {
      // What a parser leaves that had nothing to do with this content type.
      Object.assign(req, { body: {} });
      served.push(left.then(() => handler(req, res)));
      req.once("close", gone);
    }),
  );
  const socket: Socket = connect(port, "127.0.0.1");
  socket.write("POST /stop HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 500\r\n\r\n{");
  await eventually(() => served.length === 1);
  socket.destroy();
  await left;
  await Promise.all(served);
  expect(emulator.conversations().find(({ id }) => id === grant.conversation.id)?.status).toBe("running");
});

it("a body that somebody consumed and kept starts nothing", async () => {
  const { broker, emulator } = await brokerWith(() => ada);
  const handler = toNodeHandler(broker);
  const port = await listen(
    createServer((req, res) => {
      req.resume().once("end", () => void handler(req, res));
    }),
  );
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"character":"coach"}' };
  const answer = await fetch(`http://127.0.0.1:${port}/start`, init);
  expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: "body-unreadable" })]);
  expect(emulator.requests()).toEqual([]);
});

it("a path of any length is looked at in no time", async () => {
  const { broker } = await brokerWith(() => ada);
  const handler = toFetchHandler(broker);
  const start = performance.now();
  expect((await handler(new Request(`http://a.example/${"a".repeat(500_000)}//`, { method: "POST" }))).status).toBe(
    404,
  );
  // A pattern that backtracks takes minutes.
  expect(performance.now() - start).toBeLessThan(2_000);
});

describe("what a request carries to prove who sent it", () => {
  it("stands in no log, in whole or in part", async () => {
    const { broker, log } = await brokerWith(({ header }) => {
      const session = /sid=([^;]+)/.exec(header("Cookie") ?? "")?.[1];
      throw new Error(`no session ${decodeURIComponent(session ?? "")}; bearer ${header("authorization")?.slice(7)}`);
    });
    const headers = {
      "content-type": "application/json",
      cookie: "theme=dark; sid=s%3Asecret-session.sig",
      authorization: "Bearer opaque-bearer-token",
    };
    const init = { method: "POST", headers, body: "{}" };
    expect((await toFetchHandler(broker)(new Request("http://a.example/start", init))).status).toBe(500);
    expect(JSON.stringify(log)).toContain("authorize threw");
    expect(JSON.stringify(log)).not.toMatch(/secret-session|opaque-bearer-token/);
  });
});

describe("with a client that was handed in", () => {
  it("a redirect is not followed: the key stays", async () => {
    const reached: unknown[] = [];
    const other = await listen(
      createServer((req, res) => {
        reached.push(req.headers);
        res.end("{}");
      }),
    );
    const moved = await listen(
      createServer((_, res) => res.writeHead(307, { location: `http://127.0.0.1:${other}/` }).end()),
    );
    const equos = officialLikeClient(`http://127.0.0.1:${moved}`, "sk_live_handed_in");
    const { broker } = await openSetting({ equos, apiKey: undefined });
    await expect(broker.start({ consumer: ada, character: "guide" })).rejects.toMatchObject({
      code: "upstream-redirected",
    });
    expect(reached).toEqual([]);
  });

  it("an error whose body never ends holds up nothing", async () => {
    const dribbling = await listen(
      createServer((req, res) => {
        req.resume();
        res.writeHead(500, { "content-type": "application/json" }).write('{"message":"key sk_live_handed');
      }),
    );
    const equos = officialLikeClient(`http://127.0.0.1:${dribbling}`, "sk_live_handed_in");
    const { broker, clock, log } = await openSetting({ equos, apiKey: undefined });
    const error = await outcome(clock, broker.start({ consumer: ada, character: "guide" }));
    expect(error).toMatchObject({ code: "upstream-error" });
    await outcome(clock, broker.close());
    expect(JSON.stringify([error, log])).not.toContain("sk_live");
  });
});

describe("proofs of the server's own code", () => {
  it.each([undefined, null, {}, { identity: "" }])("a missing consumer stops no conversation: %j", async (nobody) => {
    const { broker, running } = await openSetting();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    const proof = { consumer: nobody, id: grant.conversation.id } as never;
    await expect(broker.stop(proof)).rejects.toMatchObject({ code: "not-found" });
    await expect(broker.heartbeat(proof)).rejects.toMatchObject({ code: "not-found" });
    expect(running()).toHaveLength(1);
  });

  it.each([undefined, null, "", 7])("a missing token or id stops no conversation: %j", async (nothing) => {
    const { broker, running } = await openSetting();
    await broker.start({ consumer: ada, character: "guide" });
    await expect(broker.stopByToken(nothing as never)).rejects.toMatchObject({ code: "not-found" });
    await expect(broker.forceStop(nothing as never)).rejects.toMatchObject({ code: "not-found" });
    await expect(broker.heartbeat({ token: nothing } as never)).rejects.toMatchObject({ code: "not-found" });
    expect(running()).toHaveLength(1);
  });
});

it("an answer to a stop that is no such conversation confirms nothing", async () => {
  const { broker, emulator } = await openSetting();
  await broker.start({ consumer: ada, character: "guide" });
  const body = JSON.stringify({ status: 200, message: "accepted" });
  emulator.faults.queue("stopConversation", { status: 201, body, contentType: "application/json", after: "refuse" });
  expect((await broker.stop({ consumer: ada })).conversation.status).toBe("stopping");
});

it("keepalives that go on and on do not keep the broker from closing", async () => {
  const { broker, emulator } = await brokerWith(() => ada);
  const port = await listen(createServer(toNodeHandler(broker)));
  await broker.start({ consumer: ada });
  let closed = false;
  const beat = async (): Promise<void> => {
    while (!closed) {
      await new Promise((resolve) => {
        const headers = { "content-type": "application/json" };
        httpRequest({ port, path: "/keepalive", method: "POST", headers }, (res) =>
          res.resume().on("end", resolve),
        ).end("{}");
      });
    }
  };
  const beats = [beat(), beat(), beat(), beat()];
  await broker.close();
  closed = true;
  await Promise.all(beats);
  expect(emulator.conversations()).toHaveLength(1);
});
