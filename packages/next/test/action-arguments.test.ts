import { describe, expect, it } from "vitest";
import { appOnEmulator } from "./support/app-on-emulator.js";
import { majors } from "./support/majors.js";
import { signedIn } from "./support/post.js";
import { actionId, callAction } from "./support/server-action.js";

const form = () => {
  const data = new FormData();
  data.append("character", "default");
  return data;
};
const nested = (depth: number): unknown => JSON.parse(`${'{"input":'.repeat(depth)}{}${"}".repeat(depth)}`);

/** What anybody can send to an action, since its types hold in the browser only. */
const strange: readonly (readonly [name: string, argument: unknown])[] = [
  ["a form", form()],
  ["a form inside", { character: form() }],
  ["a list", [{ character: "default" }]],
  ["a number", 7],
  ["a text", "start"],
  ["null", null],
  ["true", true],
  ["a BigInt", 7n],
  ["a BigInt inside", { character: 7n }],
  ["a Map", new Map([["character", "default"]])],
  ["a Date", new Date(0)],
  ["bytes", new Uint8Array([123, 125])],
  ["a promise", Promise.resolve({})],
  ["20 KB", { character: "x".repeat(20 * 1024) }],
  ["a hundred levels", nested(100)],
  ["a toJSON of its own", { toJSON: "start" }],
  ["an unknown field", { characterId: "cha_1" }],
  ["an unknown character", { character: "stranger" }],
];

describe.each(majors)("an action's argument, Next %i", (major) => {
  const opened = appOnEmulator(major);
  const act = (name: string, args: readonly unknown[], headers: Record<string, string> = {}, body?: string) =>
    callAction({ major, origin: opened().app.origin, name, args, body, headers: { ...signedIn("ada"), ...headers } });
  const refusal = { ok: false, problem: { status: expect.any(Number), code: expect.any(String) } };

  it.each(strange)("start with %s is refused", async (_, argument) => {
    const { status, result } = await act("start", [argument]);
    expect([status, result]).toMatchObject([200, refusal]);
    const { problem } = result as { problem: { status: number } };
    expect([Math.trunc(problem.status / 100), opened().emulator.conversations()]).toEqual([4, []]);
  });

  it("start with another action for its toJSON calls that one not", async () => {
    // As React writes an object with a server reference in it.
    const body = new FormData();
    body.set("1", JSON.stringify({ id: actionId(major, "startWithCookies"), bound: null }));
    body.set("0", '[{"toJSON":"$h1"}]');
    const { status, result, cookies } = await callAction({
      major,
      origin: opened().app.origin,
      name: "startByFunction",
      body,
      headers: signedIn("ada"),
    });
    expect([status, result]).toMatchObject([200, refusal]);
    // What that action sets whenever it is called.
    expect([cookies, opened().emulator.conversations()]).toEqual([[], []]);
  });

  it.each(["start", "stop"])(
    "%s with one object in 2^50 places is refused, before its text is written",
    async (name) => {
      // As React writes an object that is referred to twice.
      const body = new FormData();
      for (let level = 1; level < 50; level += 1) {
        const next = `$${(level + 1).toString(16)}`;
        body.set(String(level), JSON.stringify({ x: next, y: next }));
      }
      body.set("50", '{"z":1}');
      body.set("0", '[{"input":"$1"}]');
      const headers = signedIn("ada");
      const { result } = await callAction({ major, origin: opened().app.origin, name, body, headers });
      expect(result).toMatchObject({ ok: false, problem: { status: 413, code: "body-too-large" } });
    },
  );

  it("start with five thousand levels starts nothing", async () => {
    // More than React can read: Next answers, and the action is never called.
    const body = `[${'{"input":'.repeat(5000)}{}${"}".repeat(5000)}]`;
    const { status, result } = await act("start", [], { "content-type": "text/plain" }, body);
    expect([status, result, opened().emulator.conversations()]).toEqual([500, undefined, []]);
  });

  it.each(strange.slice(0, 5))("stop with %s is refused", async (_, argument) => {
    expect((await act("stop", [argument])).result).toMatchObject(refusal);
  });

  it("of another site starts nothing", async () => {
    // Next's own check, which compares Origin and Host.
    const foreign = await act("start", [{}], { origin: "https://evil.example" });
    expect([foreign.status, foreign.result]).toEqual([500, undefined]);
    // Without an Origin Next lets it through.
    const { result } = await act("start", [{}], { "sec-fetch-site": "cross-site" });
    expect(result).toMatchObject({ ok: false, problem: { status: 403, code: "origin-refused" } });
    expect(opened().emulator.conversations()).toEqual([]);
  });

  it("is all that counts of several", async () => {
    const { result } = await act("start", [{}, { character: "stranger" }, 7n]);
    expect(result).toMatchObject({ ok: true });
  });
});
