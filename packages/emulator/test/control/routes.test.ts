import { request } from "node:http";
import { type Emulator, manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { emulatorFor, postStart, startedId } from "../support.js";

const act = (emulator: Emulator, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${emulator.url}/emulator/${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });

/** With headers that `fetch` does not let anybody set. */
function raw(
  emulator: Emulator,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${emulator.url}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once("error", reject)
      .end("{}");
  });
}

describe("the control routes", () => {
  it("move the clock", async () => {
    const emulator = await emulatorFor({ clock: manualClock(0) });
    await act(emulator, "POST", "clock", { advanceMs: 1_500 });
    expect(emulator.clock.now()).toBe(1_500);
    await act(emulator, "POST", "clock", { resume: true });
    expect(emulator.clock.running).toBe(true);
    await act(emulator, "POST", "clock", { stop: true });
    expect(emulator.clock.running).toBe(false);
  });

  it("queue and clear faults, act on conversations, reset and export", async () => {
    const emulator = await emulatorFor({ switches: { joined: "consumer" } });
    await act(emulator, "POST", "faults", { target: "startConversation", fault: { status: 402 } });
    expect((await postStart(emulator)).status).toBe(402);
    await act(emulator, "POST", "faults", { fault: { drop: true } });
    await act(emulator, "DELETE", "faults");
    const id = await startedId(emulator);
    expect(await (await act(emulator, "POST", `conversations/${id}/join`)).json()).toEqual({ done: true });
    expect(emulator.conversations()[0]?.joinedAt).toBeDefined();
    expect(await (await act(emulator, "POST", `conversations/${id}/leave`)).json()).toEqual({ done: true });
    expect(await (await act(emulator, "POST", `conversations/${id}/blocked`)).json()).toEqual({ done: true });
    expect(emulator.conversations()).toMatchObject([{ status: "blocked" }]);
    expect(await (await fetch(`${emulator.url}/emulator/export`)).json()).toEqual(
      JSON.parse(JSON.stringify(emulator.export())),
    );
    await act(emulator, "POST", "reset");
    expect(emulator.conversations()).toEqual([]);
  });

  it.each([
    ["POST", "clock", {}, 400],
    ["POST", "clock", { advanceMs: -1 }, 400],
    ["POST", "clock", { advanceMs: 1e300 }, 400],
    ["POST", "conversations/%E0%A4%A/join", {}, 404],
    ["POST", "clock", "{", 400],
    ["POST", "faults", { fault: {} }, 400],
    ["POST", "faults", { target: "none", fault: { status: 500 } }, 400],
    ["POST", "faults", { target: ["startConversation"], fault: { status: 500 } }, 400],
    ["POST", "conversations/con_none/join", {}, 404],
    ["POST", "none", {}, 404],
    ["PUT", "clock", {}, 404],
    ["POST", "reset", "x".repeat(1_100_000), 413],
  ])("refuse %s %s %j", async (method, path, body, status) => {
    const emulator = await emulatorFor();
    const response = await act(emulator, method, path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ message: expect.any(String) });
  });

  it.each([
    ["an action on a conversation that there is not", "explode", 400],
    ["a name that is no percent-encoding", "join%E0%A4%A", 404],
  ])("refuse %s", async (_, action, status) => {
    const emulator = await emulatorFor();
    const id = await startedId(emulator);
    expect((await act(emulator, "POST", `conversations/${id}/${action}`)).status).toBe(status);
  });
});

describe("other pages of the same browser", () => {
  const json = { "content-type": "application/json" };
  it.each([
    ["a name that resolves here", "GET", "/emulator/state", { host: "evil.example" }],
    ["another site's fetch", "POST", "/emulator/reset", { ...json, "sec-fetch-site": "cross-site" }],
    ["another port's fetch", "POST", "/emulator/reset", { ...json, "sec-fetch-site": "same-site" }],
    ["another origin", "POST", "/emulator/reset", { ...json, origin: "http://127.0.0.1:1" }],
    ["a form", "POST", "/emulator/reset", { "content-type": "application/x-www-form-urlencoded" }],
    ["no type at all", "DELETE", "/emulator/faults", {}],
  ])("cannot control it: %s", async (_, method, path, headers) => {
    const emulator = await emulatorFor();
    await startedId(emulator);
    expect(await raw(emulator, method, path, headers)).toBe(403);
    expect(emulator.conversations()).toHaveLength(1);
  });

  it("see nothing of it, and its own page loads nothing from elsewhere", async () => {
    const emulator = await emulatorFor();
    const page = await fetch(emulator.url);
    expect(page.headers.get("access-control-allow-origin")).toBeNull();
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    for (const name of ["page.js", "page.css", "icon.svg"]) {
      expect((await fetch(`${emulator.url}/emulator/${name}`)).status).toBe(200);
    }
    for (const name of ["constructor", "__proto__", "../package.json", "%2e%2e/package.json", "none"]) {
      expect((await fetch(`${emulator.url}/emulator/${name}`)).status).toBe(404);
    }
  });
});
