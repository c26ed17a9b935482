import { type AuthorizeContext, type Exchange, serveFetch } from "@equos-broker/core";
import { describe, expect, it } from "vitest";
import { ada, openSetting } from "./setting.js";

const post = (action: string, body: object, headers: Record<string, string> = {}) =>
  new Request(`https://shop.example/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

describe("whoever is nobody here", () => {
  it("keeps no serverless function alive with the leaving of a conversation that it made up", async () => {
    const { broker, clock } = await openSetting();
    const tasks: Promise<unknown>[] = [];
    const call = { waitUntil: (task: Promise<unknown>) => void tasks.push(task) };
    const answer = await serveFetch(broker, post("stop", { token: "made up", leaving: true }), call);
    expect(answer.status).toBe(404);
    // No time passes.
    await Promise.all(tasks);

    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    const token = grant.consumerAccessToken;
    const left = await serveFetch(broker, post("stop", { token, leaving: true }), call);
    expect([left.status, await left.json()]).toMatchObject([200, { conversation: { status: "running" } }]);
    let isOver = false;
    const over = Promise.all(tasks).then(() => {
      isOver = true;
    });
    await clock.advance(3_000);
    expect(isOver).toBe(false);
    await clock.advance(1_000);
    await over;
  });

  it("has no say in what the log tells of its origin", async () => {
    const { broker, log } = await openSetting();
    const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site", cookie: "a=evil; b=origin" };
    const answer = await serveFetch(broker, post("start", {}, headers), {});
    expect(answer.status).toBe(403);
    expect(log.at(-1)?.message).toContain("The origin https://evil.example may not call this server.");
  });
});

it("an adapter that cannot read headers gets an answer all the same", async () => {
  const { broker } = await openSetting({
    allowedOrigins: ["https://shop.example"],
    authorize: (_: AuthorizeContext) => ada,
  });
  const exchange: Exchange = {
    method: "POST",
    action: "start",
    header: () => {
      throw new Error("no headers here");
    },
    readBody: async () => ({}),
    clientIp: undefined,
    signal: new AbortController().signal,
    native: undefined,
    waitUntil: () => undefined,
  };
  expect(await broker.handle(exchange)).toMatchObject({ status: 500 });
});
