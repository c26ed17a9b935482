import { EventEmitter } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import {
  type AuthorizeContext,
  type Exchange,
  type NodeRequest,
  type NodeResponse,
  serveNode,
  toFetchHandler,
  toNodeHandler,
} from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { expect, it, onTestFinished, vi } from "vitest";
import { ada, eventually, openSetting, type Setting } from "./setting.js";

// Whether a grant was really handed over: what decides between a conversation that runs on and one that is stopped.

const characters = { default: "cha_emulator_guide", coach: "cha_emulator_coach" };
const authorize = (_: AuthorizeContext) => ada;
const jsonHead = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

/** An undelivered response stops its conversation after the grace period. */
async function untilStopped({ running, pass }: Setting): Promise<void> {
  for (let second = 0; second < 30 && running().length > 0; second += 1) await pass(1);
  expect(running()).toEqual([]);
}

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // An address of a listening TCP server is never a string or null.
  return (server.address() as AddressInfo).port;
}

/** What stands for Node's objects behind a function: it says that it has finished, and never flags it. */
class EmulatedResponse extends EventEmitter implements NodeResponse {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  readonly writableFinished = false;
  text: string | undefined;
  getHeader = () => undefined;
  setHeader = () => this;
  end(body?: string) {
    this.text = body;
    this.headersSent = this.writableEnded = true;
    queueMicrotask(() => {
      this.emit("finish");
      this.emit("close");
    });
    return this;
  }
}

it.each([
  ["a grant stays with a client of an emulated server, as functions have one", undefined, 1],
  ["a grant whose HTTP/2 stream was reset meanwhile is nobody's", { rstCode: 8 }, 0],
])("%s", async (_, stream, expected) => {
  const { broker, clock, running } = await openSetting({ authorize, characters });
  const request: NodeRequest = Object.assign(new EventEmitter(), {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...{ readable: false, readableEnded: true, destroyed: false },
    body: {},
    resume: () => undefined,
  });
  const response = Object.assign(new EmulatedResponse(), { stream });
  expect(await serveNode(broker as never, request, response, { action: "start", native: undefined })).toBe(true);
  await clock.advance(3_000);
  expect([response.statusCode, running().length]).toEqual([201, expected]);
});

it("what was started for a client whose connection ended while its answer waited behind another is stopped", async () => {
  const setting = await openSetting({ authorize, characters });
  const { broker, emulator, running } = setting;
  const handler = toNodeHandler(broker as never);
  let slow: () => void = () => undefined;
  const port = await listen((req, res) => {
    if (req.url === "/slow") slow = () => res.end();
    else void handler(req, res);
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
  socket.write(`${jsonHead("/start", 2)}{}`);
  await eventually(() => running().length === 1);
  socket.destroy();
  await untilStopped(setting);
  expect(emulator.conversations()).toHaveLength(1);
  slow();
});

it("many requests over one connection leave no listener on it, and no warning", async () => {
  const { broker } = await openSetting({ authorize, characters });
  const handler = toNodeHandler(broker as never);
  const listeners: number[] = [];
  const port = await listen((req, res) => {
    listeners.push(req.socket.listenerCount("close"));
    void handler(req, res);
  });
  const warnings: string[] = [];
  const warned = ({ message }: Error) => void warnings.push(message);
  process.on("warning", warned);
  onTestFinished(() => void process.off("warning", warned));
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let seen = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
  });
  for (let request = 0; request < 30; request += 1) socket.write(`${jsonHead("/start", 2)}{}`);
  await eventually(() => seen.split("HTTP/1.1 ").length === 31);
  expect(Math.max(...listeners) - Math.min(...listeners)).toBeLessThanOrEqual(1);
  expect(warnings).toEqual([]);
});

it("a body that somebody else has begun to read is not taken for another one", async () => {
  const { broker, emulator } = await openSetting({ authorize, characters });
  const handler = toNodeHandler(broker as never);
  const port = await listen((req, res) => {
    // As a logger of the team's does; and its login takes a moment.
    req.once("data", () => setImmediate(() => void handler(req, res)));
  });
  const body = '{"character":"coach"}';
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let seen = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
  });
  socket.write(jsonHead("/start", body.length) + body.slice(0, -1));
  await eventually(() => seen.includes("\r\n\r\n"));
  expect(seen).toContain("body-unreadable");
  expect(emulator.requests()).toEqual([]);
});

it("a reply that cannot be written stops what was started, and its client is answered", async () => {
  const setting = await openSetting({ authorize, characters });
  const { broker, emulator } = setting;
  const handler = toNodeHandler(broker as never);
  const port = await listen((req, res) => {
    const { setHeader } = res;
    res.setHeader = (name, value) => {
      if (name === "equos-delivery") throw new Error("the host's own");
      return setHeader.call(res, name, value);
    };
    void handler(req, res);
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect((await fetch(`http://127.0.0.1:${port}/start`, init)).status).toBe(500);
  expect(told).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("could not be written"), expect.anything());
  await untilStopped(setting);
  expect(emulator.conversations()).toHaveLength(1);
});

it("a start whose client left meanwhile is told no grant", async () => {
  const setting = await openSetting({ authorize, characters });
  const { broker, emulator, running } = setting;
  const gone = new AbortController();
  let answer: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  emulator.faults.queue("startConversation", fault.afterCreate.silence({ until }));
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{}", signal: gone.signal };
  const answering = toFetchHandler(broker as never)(new Request("http://shop.example/start", init));
  await eventually(() => running().length === 1);
  // A host's own time limit, for one, which answers by itself.
  gone.abort();
  answer();
  const refused = await answering;
  expect([refused.status, await refused.text()]).toEqual([409, expect.not.stringContaining("consumerAccessToken")]);
  await untilStopped(setting);
});

it("a page's stop counts though a later fetch was answered, when that answer reached nobody", async () => {
  const { broker, pass, running } = await openSetting({ authorize, characters });
  const exchange = (action: string, body: object): Exchange => ({
    ...{ method: "POST", action, clientIp: undefined, native: undefined },
    header: (name) => (name === "content-type" ? "application/json" : undefined),
    readBody: async () => body,
    signal: new AbortController().signal,
    waitUntil: () => undefined,
  });
  const held = await broker.handle(exchange("start", {}));
  const lost = await broker.handle(exchange("token", {}));
  const delivery = Number(held?.headers["equos-delivery"]);
  expect(Number(lost?.headers["equos-delivery"])).toBeGreaterThan(delivery);
  await lost?.undelivered?.();
  expect(running()).toHaveLength(1);
  await broker.handle(exchange("stop", { delivery, leaving: true }));
  await pass(5);
  expect(running()).toEqual([]);
});
