import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { certainlyNotSent, FetchError } from "../src/index.js";
import { selfSigned } from "./certificate.js";
import { clientOf, closedPort, failureOf, key, listen, printed, serve, serveBytes, transports } from "./support.js";

async function serveTls(answer: (socket: Socket) => void): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = createTlsServer(selfSigned(), (request) => {
    requests += 1;
    answer(request.socket);
  });
  return { url: `https://localhost:${await listen(server)}`, requests: () => requests };
}

describe.each(transports)("a network that fails, over $transport", ({ own }) => {
  async function lost(endpoint: string): Promise<FetchError> {
    const error = await failureOf(clientOf(endpoint, own).conversations.stopConversation({ id: "con_1" }));
    if (!(error instanceof FetchError)) throw error;
    expect(error.name).toBe("FetchError");
    expect(printed(error)).not.toContain(key);
    return error;
  }

  it("a refused connection was not sent", async () => {
    const error = await lost(`http://127.0.0.1:${await closedPort()}`);
    expect(error).toMatchObject({ sent: false, code: "ECONNREFUSED" });
    expect(error.message).toBe("stopConversation failed (ECONNREFUSED)");
    expect(certainlyNotSent(error)).toBe(true);
  });

  it("a connection that every address of the host refused was not sent", async () => {
    const error = await lost(`http://localhost:${await closedPort()}`);
    expect(error).toMatchObject({ sent: false, code: "ECONNREFUSED" });
    expect(certainlyNotSent(error)).toBe(true);
  });

  it("a host without an address was not sent", async () => {
    const error = await lost("https://equos.invalid");
    expect(error.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(error.sent).toBe(false);
    expect(certainlyNotSent(error)).toBe(true);
  });

  it("TLS to a port that speaks plain HTTP was not sent", async () => {
    const server = await serve();
    const error = await lost(server.url.replace("http:", "https:"));
    expect(error.sent).toBe(false);
    expect(certainlyNotSent(error)).toBe(true);
    expect(server.seen).toEqual([]);
  });

  it("a certificate that nobody vouches for was not sent", async () => {
    const server = await serveTls((socket) => socket.destroy());
    const error = await lost(server.url);
    expect(error).toMatchObject({ sent: false, code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(certainlyNotSent(error)).toBe(true);
    expect(server.requests()).toBe(0);
  });

  it("a TLS connection that closes before the answer may have been sent", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    // Node warns of the variable.
    vi.spyOn(process, "emitWarning").mockReturnValue();
    try {
      const server = await serveTls((socket) => socket.destroy());
      const error = await lost(server.url);
      expect(error.sent).toBe(true);
      expect(certainlyNotSent(error)).toBe(false);
      expect(server.requests()).toBe(1);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it.each<[string, (socket: Socket) => void]>([
    ["closes before the answer", (socket) => socket.end()],
    ["is reset before the answer", (socket) => socket.resetAndDestroy()],
    ["closes within the head", (socket) => socket.end("HTTP/1.1 201 Crea")],
    ["closes within the body", (socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"id"')],
    ["closes between two chunks", (socket) => socket.end(chunked('5\r\n{"id"\r\n'))],
    ["closes within an error's body", (socket) => socket.end("HTTP/1.1 503 Busy\r\ncontent-length: 100\r\n\r\nbusy")],
    ["answers in another protocol", (socket) => socket.end("220 mail.example ESMTP\r\n")],
  ])("a connection that %s may have been sent", async (_, onRequest) => {
    const server = await serveBytes(onRequest);
    const error = await lost(server.url);
    expect(error.sent).toBe(true);
    expect(error).toMatchObject({
      operation: "stopConversation",
      message: expect.stringContaining("stopConversation"),
    });
    expect(certainlyNotSent(error)).toBe(false);
    // No hidden second attempt: it could start a second conversation.
    expect(server.sockets).toHaveLength(1);
  });

  it("a malformed answer is not quoted", async () => {
    const server = await serveBytes((socket) => socket.end(chunked("5\r\nhello\r\nYou are Ada\r\n")));
    const error = await lost(server.url);
    expect(error).toMatchObject({ sent: true, code: "HPE_INVALID_CHUNK_SIZE" });
    expect(printed(error)).not.toContain("You are Ada");
    expect(printed(error)).not.toContain(
      Buffer.from("HTTP/1.1")
        .toString("hex")
        .replace(/..(?=.)/g, "$& "),
    );
  });
});

const chunked = (body: string) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`;

it("on Node, a connection that closes during the TLS handshake was not sent", async () => {
  const server = await serveBytes((socket) => socket.destroy());
  const call = clientOf(server.url.replace("http:", "https:")).conversations.stopConversation({ id: "con_1" });
  expect(await failureOf(call)).toMatchObject({ name: "FetchError", sent: false });
});
