import { createServer } from "node:http";
import { expectGrant, expectProblem, json, type LocalHost, pageOrigin, Stage } from "@equos-broker/conformance";
import bodyParser from "@koa/bodyparser";
import Koa from "koa";
import { describe, expect, it, onTestFinished } from "vitest";
import { toKoa } from "../src/to-koa.js";
import { adapters, type Before, listening } from "./hosts.js";

// The rules of docs/writing-an-adapter.md that are no case of the suite.

async function openStage(listen: LocalHost["listen"]) {
  const host = { name: "adapter", column: "adapter", parser: "none", knowsMount: true, listen } as const;
  const more = { authorize: async () => ({ identity: "ada", name: "Ada", headers: { "Set-Cookie": ["ours=1"] } }) };
  const stage = await Stage.open(host, { allowedOrigins: [pageOrigin] }, more);
  onTestFinished(async () => await stage.close());
  const running = () => stage.emulator.conversations().filter(({ status }) => status === "running").length;
  /** One conversation was started, and does not run any more. */
  const stopped = async () => {
    await stage.undeliveredEnd("ada");
    expect([stage.emulator.conversations().length, running()]).toEqual([1, 0]);
  };
  return { stage, stopped };
}

describe.each(Object.entries(adapters))("%s", (_, listen) => {
  const openBehind = (before: Before) => openStage((broker) => listen(broker, before));

  it("stops what was started when the host has answered meanwhile", async () => {
    const { stage, stopped } = await openBehind((_, response) => {
      // As a time limit of the host's does.
      setImmediate(() => response.writeHead(503).end("too late"));
      return false;
    });
    const answer = await stage.start("ada");
    expect([answer.status, answer.text]).toEqual([503, "too late"]);
    await stopped();
  });

  it("stops what was started when the connection breaks under the answer", async () => {
    const { stage, stopped } = await openBehind((request, response) => {
      response.end = () => {
        request.socket.destroy();
        return response;
      };
      return false;
    });
    await expect(stage.start("ada")).rejects.toThrow();
    await stopped();
  });

  it("adds to the host's cookies and Vary", async () => {
    const { stage } = await openBehind((_, response) => {
      response.setHeader("set-cookie", "host=1").setHeader("vary", "Accept-Language");
      return false;
    });
    const { headers } = await stage.start("ada");
    expect(headers["set-cookie"]).toEqual(["host=1", "ours=1"]);
    expect(headers.vary).toBe("Accept-Language, Origin");
  });

  it("takes no body whose beginning somebody else has read", async () => {
    const { stage } = await openBehind(async (request) => {
      await new Promise((resolve) => request.once("data", resolve));
      return false;
    });
    const packets = ['{"character":', '"guide"}'].map((text) => new TextEncoder().encode(text));
    expectProblem(await stage.start("ada", {}, { body: { packets } }), 400, "body-unreadable");
  });
});

it("toKoa gets the body that a parser kept to itself, and the one that it left alone", async () => {
  const { stage } = await openStage(async (broker) => {
    const app = new Koa();
    app.use(bodyParser({ enableTypes: ["json"] }));
    app.use(toKoa(broker, "/api/equos"));
    app.use((ctx) => {
      ctx.body = ctx.request.body;
    });
    return await listening(createServer(app.callback()));
  });
  const { conversation } = expectGrant(await stage.start("ada", { character: "guide" }), 201);
  expectProblem(await stage.start("ada", { character: "nobody" }), 400, "unknown-character");
  const text = { body: JSON.stringify({ id: conversation.id }), headers: { "content-type": "text/plain" } };
  expect((await stage.call("/stop", text)).text).toContain('"ended"');
  expect((await stage.call("/elsewhere", json({ a: 1 }))).text).toBe('{"a":1}');
});
