import { connect, createServer, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import {
  type AuthorizeContext,
  ConversationBroker,
  type Exchange,
  toFetchHandler,
  toNodeHandler,
  visitors,
} from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { ada, eventually, openSetting, outcome } from "./setting.js";

const authorize = (_: AuthorizeContext) => ada;
const post = (action: string, body: string) =>
  new Request(`http://shop.example/${action}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });

it("an Origin of its own passes over HTTP/2, which has no Host header", async () => {
  const { emulator } = await openSetting();
  const { apiKey, url: endpoint, characterId } = emulator;
  const broker = new ConversationBroker({ authorize, apiKey, endpoint, characters: { default: characterId } });
  // node:http2's compatibility objects have what the structural types ask for, under other overloads.
  const server = createServer(toNodeHandler(broker) as never);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  // An address of a listening TCP server is never a string or null.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = connect(origin);
  onTestFinished(() => void client.close());
  const statusFor = async (from: string) =>
    await new Promise((resolve) => {
      const headers = { ":method": "POST", ":path": "/start", "content-type": "application/json", origin: from };
      const request = client.request(headers);
      request.on("response", (answer) => resolve(answer[":status"]));
      request.resume().end("{}");
    });
  expect(await statusFor(origin)).toBe(201);
  expect(await statusFor("http://evil.example")).toBe(403);
});

it("cuts off a client over HTTP/2 by its stream: no connection header, and the connection stays", async () => {
  const { broker, clock } = await openSetting({ authorize });
  const warned: unknown[] = [];
  const note = (warning: Error) => void warned.push(warning.message);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const server = createServer(toNodeHandler(broker) as never);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  // As above.
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => void client.close());
  const post = (type: string, body: string) => {
    const request = client.request({ ":method": "POST", ":path": "/start", "content-type": type });
    request.resume().write(body);
    // By its server, while the client was still sending.
    const closed = new Promise((resolve) => request.on("aborted", () => resolve(request.rstCode)));
    const response = new Promise<IncomingHttpHeaders>((resolve) => request.on("response", resolve));
    return { response, closed };
  };
  const large = post("application/json", " ".repeat(100 * 1024));
  const form = post("application/x-www-form-urlencoded", "a=b");
  const slow = post("application/json", "{");
  await Promise.all([large.closed, form.closed]);
  await outcome(clock, slow.closed);
  const headers = await Promise.all([large.response, form.response, slow.response]);
  expect(headers.map((each) => [each[":status"], each.connection])).toEqual([
    [413, undefined],
    [415, undefined],
    [408, undefined],
  ]);
  expect([await large.closed, await form.closed, await slow.closed]).toEqual([0, 0, 0]);
  expect([client.closed, warned]).toEqual([false, []]);
});

describe("without authorize", () => {
  it("a stop without proof is a 401, and not the server's fault", async () => {
    const { broker } = await openSetting({ authorize: undefined });
    const handler = toFetchHandler(broker);
    for (const action of ["stop", "keepalive"]) expect((await handler(post(action, "{}"))).status).toBe(401);
    expect((await handler(post("start", "{}"))).status).toBe(500);
  });
});

it("input that is nested too deep is the caller's fault", async () => {
  const { broker } = await openSetting({ authorize, input: z.unknown(), characters: { guide: "cha_emulator_guide" } });
  const deep = `{"input":${"[".repeat(7_000)}${"]".repeat(7_000)}}`;
  const answer = await toFetchHandler(broker)(post("start", deep));
  expect([answer.status, (JSON.parse(await answer.text()) as { code: string }).code]).toEqual([400, "invalid-input"]);
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 401])("visitors refuse maxAgeDays %d", (maxAgeDays) => {
  expect(() => visitors({ secret: "s".repeat(32), maxAgeDays })).toThrow(
    /"maxAgeDays" must be a number of days up to 400/,
  );
});

it("a platform is told of a start before it begins, and of what goes on after its caller was answered", async () => {
  const { broker, clock, emulator, pass, running } = await openSetting();
  emulator.faults.queue("startConversation", fault.delay(20_000));
  const tasks: Promise<unknown>[] = [];
  const exchange: Exchange = {
    method: "POST",
    action: "start",
    header: (name) => ({ "content-type": "application/json", "x-user": "ada" })[name],
    readBody: async () => ({ character: "guide" }),
    clientIp: undefined,
    signal: new AbortController().signal,
    native: undefined,
    waitUntil: (task) => {
      if (tasks.length === 0) expect(emulator.requests()).toEqual([]);
      tasks.push(task);
    },
  };
  const reply = broker.handle(exchange);
  await eventually(() => emulator.requests().length === 1);
  expect(tasks).toHaveLength(1);
  await clock.advance(15_000);
  expect((await reply)?.status).toBe(504);
  expect(tasks).toHaveLength(2);
  await pass(6);
  await Promise.all(tasks);
  expect(running()).toEqual([]);

  // Where there is nothing to wait with, as outside of a request, nothing begins.
  const thrower = {
    ...exchange,
    waitUntil: () => {
      throw new Error("outside of a request");
    },
  };
  const before = emulator.requests().length;
  expect((await broker.handle(thrower))?.status).toBe(500);
  expect(emulator.requests()).toHaveLength(before);
});
