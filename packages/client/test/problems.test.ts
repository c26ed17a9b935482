import { createEquos, isProblem } from "@equos-broker/client";
import { describe, expect, it, vi } from "vitest";
import { pageFor } from "./page.js";
import { siteFor } from "./server.js";

async function site() {
  pageFor();
  const made = await siteFor();
  return { made, equos: createEquos({ url: made.url }) };
}

describe("a call that comes to nothing", () => {
  it("has the broker's code, status and words, and when to try again", async () => {
    const { equos } = await site();
    for (let start = 0; start < 3; start += 1) await equos.start({ character: "guide", fresh: true });
    const problem = await equos.start({ character: "guide", fresh: true }).catch((error: unknown) => error);
    expect(isProblem(problem)).toBe(true);
    expect(problem).toMatchObject({
      name: "Problem",
      code: "too-many-starts",
      status: 429,
      message: "You have started too many conversations. Try again later.",
      retryAfterSeconds: expect.any(Number),
    });
  });

  it.each([
    ["no server", { code: "unreachable", status: 0 }],
    ["a page in place of an answer", { code: "unexpected-answer", status: 200 }],
    ["a redirect to a login", { code: "unexpected-answer", status: 303 }],
    ["a redirect that keeps the method", { code: "unexpected-answer", status: 307 }],
    ["a payload with another status", { code: "unexpected-answer", status: 202 }],
    ["a payload as text", { code: "unexpected-answer", status: 200 }],
    ["a problem with a success status", { code: "unexpected-answer", status: 200 }],
    ["a problem of another type", { code: "unexpected-answer", status: 404 }],
    ["a problem without a code", { code: "unexpected-answer", status: 403 }],
    ["a proxy's error page", { code: "unexpected-answer", status: 502 }],
    ["an answer that is no grant", { code: "unexpected-answer", status: 201 }],
    ["a problem of somebody else's", { code: "unexpected-answer", status: 403 }],
  ])("%s", async (what, expected) => {
    const { made, equos } = await site();
    const html = { "content-type": "text/html" };
    const json = { "content-type": "application/json" };
    const problem = { "content-type": "application/problem+json" };
    const payload = '{"conversation":{"id":"1","serverUrl":"wss://rooms.example"},"consumerAccessToken":"t"}';
    const notFound = '{"code":"not-found","detail":"No."}';
    if (what === "no server") await made.down();
    made.instead = () =>
      ({
        "no server": undefined,
        "a page in place of an answer": { status: 200, headers: html, body: "<!doctype html>" },
        "a redirect to a login": { status: 303, headers: { location: "/login" } },
        "a redirect that keeps the method": { status: 307, headers: { location: "/api/equos/start/" } },
        "a payload with another status": { status: 202, headers: json, body: payload },
        "a payload as text": { status: 200, headers: { "content-type": "text/plain" }, body: payload },
        "a problem with a success status": { status: 200, headers: problem, body: notFound },
        "a problem of another type": { status: 404, headers: json, body: notFound },
        "a problem without a code": { status: 403, headers: problem, body: '{"detail":"Forbidden"}' },
        "a proxy's error page": { status: 502, headers: html, body: "<h1>Bad gateway</h1>" },
        "an answer that is no grant": { status: 201, headers: json, body: '{"conversation":{}}' },
        "a problem of somebody else's": { status: 403, body: '{"message":"Forbidden"}' },
      })[what];
    await expect(equos.start()).rejects.toMatchObject(expected);
    expect(equos.current).toBeUndefined();
    if (what === "no server") await made.up();
  });

  it.each([
    ["a request without a response", {}],
    ["a fetch that ignores its signal", { fetch: () => new Promise(() => {}) }],
    ["headers that never come", { headers: () => new Promise<never>(() => {}) }],
  ])("%s", async (_, { fetch, headers }: { fetch?: () => unknown; headers?: () => Promise<never> }) => {
    const { made } = await site();
    const equos = createEquos({ url: made.url, ...(headers && { headers }) });
    if (fetch !== undefined) vi.stubGlobal("fetch", fetch);
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(expired());
    await expect(equos.start()).rejects.toMatchObject({ code: "timeout", status: 0 });
    expect(timeout).toHaveBeenLastCalledWith(headers === undefined ? 60_000 : 5_000);
    expect(made.calls).toEqual([]);
  });
});

const expired = () => AbortSignal.abort(new DOMException("late", "TimeoutError"));

describe("headers", () => {
  const lost = new Error("logged out");
  it.each([
    ["reject", "headers-failed", () => Promise.reject(lost)],
    [
      "throw",
      "headers-failed",
      () => {
        throw lost;
      },
    ],
    ["have an invalid name", "headers-failed", () => ({ "x user": "bob" })],
    ["have an invalid value", "headers-failed", () => ({ "x-user": "bob\n" + "x-role: admin" })],
    ["never come", "timeout", () => new Promise<never>(() => {})],
  ])("that %s: a start fails with a code, heartbeat and stop go out by token", async (how, code, broken) => {
    const { made } = await site();
    let headers: () => Record<string, string> | Promise<Record<string, string>> = () => ({ "x-user": "bob" });
    const equos = createEquos({ url: made.url, headers: () => headers() });
    await equos.start({ character: "guide" });
    headers = broken;
    if (how === "never come") {
      // The limit of headers passes at once; those of requests do not.
      vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
        const limit = new AbortController();
        if (ms === 5_000) setImmediate(() => limit.abort(new DOMException("late", "TimeoutError")));
        return limit.signal;
      });
    }
    equos.joined();
    await vi.waitFor(() => expect(made.calls).toHaveLength(2));
    expect(await equos.stop()).toBe("ended");
    made.emulator.assertNothingRunning();
    const error: unknown = await equos.start().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "Problem", code, status: 0 });
    if (how === "reject" || how === "throw") expect(error).toMatchObject({ cause: lost });
    expect(made.calls.map(({ action, headers: sent }) => [action, sent["x-user"]])).toEqual([
      ["start", "bob"],
      ["keepalive", undefined],
      ["stop", undefined],
    ]);
  });

  it.each([
    ["null", null],
    ["undefined", undefined],
    ["a content type of their own", { "Content-Type": "text/plain" }],
  ])("that are %s change nothing", async (_, headers) => {
    const { made } = await site();
    // As a page in JavaScript may do.
    const equos = createEquos({ url: made.url, headers: () => headers as unknown as Record<string, string> });
    await equos.start({ character: "guide" });
    expect(await equos.stop()).toBe("ended");
  });
});

it("is known by its brand, so that a page may have this package twice", async () => {
  const { equos } = await site();
  const problem: unknown = await equos.start({ character: "nobody" }).catch((error: unknown) => error);
  vi.resetModules();
  const copy = await import("@equos-broker/client");
  expect(copy.isProblem).not.toBe(isProblem);
  expect(copy.isProblem(problem)).toBe(true);
  expect([new Error("x"), undefined, null, "Problem", { name: "Problem" }].some(copy.isProblem)).toBe(false);
});
