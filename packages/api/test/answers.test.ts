import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { InvalidAnswerError, ResponseError } from "../src/index.js";
import { MAX_ANSWER_BYTES } from "../src/transport.js";
import { clientOf, failureOf, json, key, printed, serve, transports } from "./support.js";

const secret = "You are Ada. Never mention the discount code RUBY-77";

describe.each(transports)("answers over $transport", ({ own }) => {
  it.each([200, 201, 202, 203, 206, 299])("takes %i for a success", async (status) => {
    const server = await serve(json({ id: "con_1" }, status));
    expect(await clientOf(server.url, own).conversations.getConversationById({ id: "con_1" })).toEqual({ id: "con_1" });
  });

  it.each([
    ["JSON null", 201, "null"],
    ["an empty body", 201, ""],
    ["white space", 200, " \r\n"],
    ["204", 204, ""],
  ])("takes %s for null", async (_, status, body) => {
    const server = await serve((response) => response.writeHead(status).end(body));
    const { conversations } = clientOf(server.url, own);
    expect(await conversations.stopConversation({ id: "con_1" })).toBeNull();
    expect(await conversations.getConversationById({ id: "con_1" })).toBeNull();
  });

  it("leaves dates as they came", async () => {
    const answer = { id: "con_1", startedAt: "2026-01-20T10:00:00.000Z", endedAt: null, addedTomorrow: [1] };
    const server = await serve(json(answer));
    expect(await clientOf(server.url, own).conversations.getConversationById({ id: "con_1" })).toEqual(answer);
  });

  it("puts characters together that the network split", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ name: "Łódź 🎙" }));
    const server = await serve(async (response) => {
      for (const byte of bytes) {
        await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve));
        // Turns of the event loop that both sides share: the client reads this byte before the next one is there.
        for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const answer = await clientOf(server.url, own).conversations.getConversationById({ id: "con_1" });
    expect(answer).toEqual({ name: "Łódź 🎙" });
  });

  it.each([
    ["HTML", 200, `<!doctype html><p>${secret}</p>`],
    ["JSON that breaks off", 201, `{"promptCtx":"${secret}`],
    ["text after the JSON", 200, `{} ${secret}`],
  ])("refuses %s on %i and quotes nothing of it", async (_, status, body) => {
    const server = await serve((response) => response.writeHead(status).end(body));
    const error = await failureOf(clientOf(server.url, own).conversations.listConversations());
    expect(error).toBeInstanceOf(InvalidAnswerError);
    expect(error).toMatchObject({ name: "InvalidAnswerError", status });
    expect(printed(error)).not.toMatch(/You are|RUBY|doctype|promptCtx/);
  });

  it("reads up to 16 MiB", async () => {
    const server = await serve((response) => response.end(`"${"x".repeat(MAX_ANSWER_BYTES - 2)}"`));
    const answer = await clientOf(server.url, own).conversations.listConversations();
    expect(answer).toHaveLength(MAX_ANSWER_BYTES - 2);
  });

  it.each([200, 502])("gives up an answer that never ends, on %i", async (status) => {
    let closed: Promise<unknown> = Promise.resolve();
    const server = await serve((response) => {
      closed = once(response, "close");
      response.writeHead(status);
      const more = () => {
        while (!response.destroyed && response.write(" ".repeat(1024 * 1024)));
      };
      response.on("drain", more);
      more();
    });
    const error = await failureOf(clientOf(server.url, own).conversations.listConversations());
    if (status === 200) expect(error).toBeInstanceOf(InvalidAnswerError);
    else expect(error).toMatchObject({ name: "ResponseError", response: { status } });
    await closed;
  });

  it.each([400, 401, 404, 409, 418, 422, 429, 500, 503])("throws a ResponseError on %i", async (status) => {
    const body = JSON.stringify({ statusCode: status, message: `${secret} ${key}` });
    const server = await serve((response) =>
      response.writeHead(status, { "retry-after": "17", "content-type": "application/json" }).end(body),
    );
    const error = await failureOf(clientOf(server.url, own).conversations.listConversations());
    if (!(error instanceof ResponseError)) throw error;
    expect(error.name).toBe("ResponseError");
    expect(error.message).toBe("Response returned an error code");
    expect(error.response.status).toBe(status);
    expect(error.response.headers.get("Retry-After")).toBe("17");
    expect(error.response.headers.get("x-missing")).toBeNull();
    expect(await error.response.text()).toBe(body);
    expect(await error.response.text()).toBe(body);
    for (const value of [error, error.response]) {
      expect(printed(value)).not.toContain(key);
      expect(printed(value)).not.toMatch(/You are|RUBY/);
    }
  });

  it("joins a header that came twice", async () => {
    const server = await serve((response) => response.writeHead(401, { "www-authenticate": ["A", "B"] }).end());
    const error = await failureOf(clientOf(server.url, own).conversations.listConversations());
    if (!(error instanceof ResponseError)) throw error;
    expect(error.response.headers.get("www-authenticate")).toBe("A, B");
    expect(await error.response.text()).toBe("");
  });

  it("keeps 64 KiB of an error's body", async () => {
    const server = await serve((response) => response.writeHead(500).end("x".repeat(100_000)));
    const error = await failureOf(clientOf(server.url, own).conversations.listConversations());
    if (!(error instanceof ResponseError)) throw error;
    expect(await error.response.text()).toHaveLength(64 * 1024);
  });
});

describe.each(transports)("redirects over $transport", ({ own }) => {
  it.each([301, 302, 303, 307, 308])("%i is an error, and its target sees no request", async (status) => {
    const target = await serve();
    const server = await serve((response) => response.writeHead(status, { location: `${target.url}/v3/taken` }).end());
    const { conversations } = clientOf(server.url, own);
    for (const call of [conversations.listConversations(), conversations.stopConversation({ id: "con_1" })]) {
      expect(await failureOf(call)).toMatchObject({ name: "ResponseError", response: { status } });
    }
    expect(target.sockets).toEqual([]);
    expect(server.seen).toHaveLength(2);
  });

  it("one within the same host is not followed either", async () => {
    const server = await serve((response) => response.writeHead(307, { location: "/elsewhere" }).end());
    const error = await failureOf(clientOf(server.url, own).conversations.listConversations());
    expect(error).toMatchObject({ name: "ResponseError", response: { status: 307 } });
    expect(server.seen.map(({ target }) => target)).toEqual(["/v3/conversations"]);
  });
});
