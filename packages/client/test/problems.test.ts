import { createEquos, isProblem } from "@equos-broker/client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
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
    ["a proxy's error page", { code: "unexpected-answer", status: 502 }],
    ["an answer that is no grant", { code: "unexpected-answer", status: 201 }],
    ["a problem of somebody else's", { code: "unexpected-answer", status: 403 }],
  ])("%s", async (what, expected) => {
    const { made, equos } = await site();
    const html = { "content-type": "text/html" };
    if (what === "no server") await made.down();
    made.instead = () =>
      ({
        "no server": undefined,
        "a page in place of an answer": { status: 200, headers: html, body: "<!doctype html>" },
        "a proxy's error page": { status: 502, headers: html, body: "<h1>Bad gateway</h1>" },
        "an answer that is no grant": { status: 201, body: '{"conversation":{}}' },
        "a problem of somebody else's": { status: 403, body: '{"message":"Forbidden"}' },
      })[what];
    await expect(equos.start()).rejects.toMatchObject(expected);
    expect(equos.current).toBeUndefined();
    if (what === "no server") await made.up();
  });

  it("no answer in time", async () => {
    const { equos } = await site();
    const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(late);
    onTestFinished(() => timeout.mockRestore());
    await expect(equos.start()).rejects.toMatchObject({ code: "timeout", status: 0 });
    expect(timeout).toHaveBeenCalledWith(60_000);
  });

  it("headers that cannot be had are the caller's own error", async () => {
    const { made } = await site();
    const lost = new Error("logged out");
    const equos = createEquos({ url: made.url, headers: () => Promise.reject(lost) });
    await expect(equos.start()).rejects.toBe(lost);
    expect(made.calls).toEqual([]);
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
