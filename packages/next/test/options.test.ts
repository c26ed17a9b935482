import { type NextContext, startAction, stopAction, toNextHandlers } from "@equos-broker/next";
import { describe, expect, it } from "vitest";
import { onEmulator } from "./support/own-broker.js";

const { emulator, brokerWith } = onEmulator();

const startRequest = (headers: Record<string, string> = {}) =>
  new Request("http://shop.example/api/equos/start", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });

describe("toNextHandlers", () => {
  it.each([
    ["no options", undefined],
    ["no waitUntil", {}],
    ["a waitUntil that is no function", { waitUntil: "after" }],
  ])("refuses %s at once, and says what to give", (_, options) => {
    expect(() => toNextHandlers(brokerWith(), options as never)).toThrow(
      expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("`after` of next/server") }),
    );
  });

  it.each([[undefined], [{}], [{ handle: () => null }]])("refuses to mount %j", (broker) => {
    const wrong = expect.objectContaining({ code: "invalid-option" });
    expect(() => toNextHandlers(broker as never, { waitUntil: () => undefined })).toThrow(wrong);
    expect(() => startAction(broker as never)).toThrow(wrong);
    expect(() => stopAction(broker as never)).toThrow(wrong);
  });

  it("keeps the function alive until the answer is there, and no longer", async () => {
    const kept: Promise<unknown>[] = [];
    const { POST } = toNextHandlers(brokerWith(), { waitUntil: (task) => kept.push(task) });
    let done = false;
    const answering = POST(startRequest());
    while (emulator().requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
    // Told before Equos was asked.
    expect(kept).toHaveLength(1);
    void kept[0]?.then(() => {
      done = true;
    });
    expect(done).toBe(false);
    expect((await answering).status).toBe(201);
    await kept[0];
    expect(done).toBe(true);
  });

  it("starts nothing where Next has nothing to wait with", async () => {
    const waitUntil = () => {
      throw new Error("`waitUntil` is not available in the current environment.");
    };
    const { POST } = toNextHandlers(brokerWith(), { waitUntil });
    const answer = await POST(startRequest());
    expect([answer.status, JSON.parse(await answer.text()).code]).toEqual([500, "internal-error"]);
    expect(emulator().requests()).toEqual([]);
  });

  it("tells authorize the request, and the address from the header that clientIp names", async () => {
    const seen: unknown[] = [];
    const authorize = ({ clientIp, native }: NextContext) => {
      seen.push(clientIp, native.request?.url);
      return null;
    };
    const clientIp = ({ headers }: { headers: Pick<Headers, "get"> }) => headers.get("x-real-ip") ?? undefined;
    const request = () => startRequest({ "x-real-ip": "192.0.2.7", "x-forwarded-for": "192.0.2.8" });
    const { POST } = toNextHandlers(brokerWith({ authorize }), { waitUntil: () => undefined, clientIp });
    await POST(request());
    const without = toNextHandlers(brokerWith({ authorize }), { waitUntil: () => undefined });
    await without.POST(request());
    const { url } = request();
    expect(seen).toEqual(["192.0.2.7", url, undefined, url]);
  });

  it("answers a preflight where origins are listed", async () => {
    const broker = brokerWith({ allowedOrigins: ["https://app.example"] });
    const { OPTIONS } = toNextHandlers(broker, { waitUntil: () => undefined });
    const headers = { origin: "https://app.example", "access-control-request-method": "POST" };
    const answer = await OPTIONS(new Request(startRequest().url, { method: "OPTIONS", headers }));
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([204, "https://app.example"]);
  });
});
