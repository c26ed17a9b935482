import { createServer as createTlsServer } from "node:https";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EquosClientOptions } from "../src/index.js";
import type { HookedCallOptions } from "../src/operation.js";
import { selfSigned } from "./certificate.js";
import { clientOf, failureOf, listen, serve, serveBytes, transports } from "./support.js";

const call = (endpoint: string, own: EquosClientOptions, options: HookedCallOptions) =>
  clientOf(endpoint, own).conversations.startConversation(
    { createEquosConversationRequest: { name: "a", characterId: "b" } },
    options,
  );
const refusal = new Error("too late");
const refuse = () => {
  throw refusal;
};

describe.each(transports)("beforeSend over $transport", ({ own }) => {
  it("sends the whole request after the check, once", async () => {
    const server = await serve();
    const beforeSend = vi.fn();
    await call(server.url, own, { beforeSend });
    await call(server.url, own, { beforeSend });
    expect(beforeSend).toHaveBeenCalledTimes(2);
    expect(server.seen.map(({ body }) => JSON.parse(body).name)).toEqual(["a", "a"]);
  });

  it("a check that throws sends nothing, on a new connection and on a reused one", async () => {
    const server = await serve();
    expect(await failureOf(call(server.url, own, { beforeSend: refuse }))).toBe(refusal);
    await call(server.url, own, {});
    expect(await failureOf(call(server.url, own, { beforeSend: refuse }))).toBe(refusal);
    await call(server.url, own, {});
    expect(server.seen).toHaveLength(2);
  });
});

describe("beforeSend over Node's agent with TLS", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it("sends nothing when the check throws", async () => {
    let connections = 0;
    let requests = 0;
    const server = createTlsServer(selfSigned(), () => (requests += 1));
    server.on("connection", () => (connections += 1));
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    // Node warns of the variable.
    vi.spyOn(process, "emitWarning").mockReturnValue();
    expect(await failureOf(call(`https://localhost:${await listen(server)}`, {}, { beforeSend: refuse }))).toBe(
      refusal,
    );
    expect({ connections, requests }).toEqual({ connections: 1, requests: 0 });
  });

  it("is not called when the handshake fails", async () => {
    const server = await serveBytes((socket) => socket.destroy());
    const beforeSend = vi.fn();
    const error = await failureOf(call(server.url.replace("http:", "https:"), {}, { beforeSend }));
    expect(error).toMatchObject({ name: "FetchError", sent: false });
    expect(beforeSend).not.toHaveBeenCalled();
  });
});

it("is called after the connect, not when the call begins", async () => {
  const server = await serve();
  const beforeSend = vi.fn();
  const started = call(server.url, {}, { beforeSend });
  // Everything up to the connection happens in this turn of the event loop.
  for (let step = 0; step < 50; step += 1) await new Promise((resolve) => process.nextTick(resolve));
  expect(beforeSend).not.toHaveBeenCalled();
  await started;
  expect(beforeSend).toHaveBeenCalledOnce();
});
