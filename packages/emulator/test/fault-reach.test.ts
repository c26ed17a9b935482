import { type Emulator, type Fault, fault, startEmulator } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { faultHeader } from "../src/faults/fault-from-json.js";
import { emulatorFor, postStart, send, startBody } from "./support.js";

const withFault = (emulator: Emulator, value: unknown, path = "/v3/conversations") =>
  fetch(`${emulator.url}${path}`, {
    method: "POST",
    headers: {
      "x-api-key": emulator.apiKey,
      "content-type": "application/json",
      // Headers take ASCII only.
      [faultHeader]: (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("\u4e00", "\\u4e00"),
    },
    body: JSON.stringify(startBody(emulator)),
  });

describe("a fault for any call", () => {
  it("meets the next one, whatever it asks", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("any", fault.status(503, { times: 2 }));
    expect((await send(emulator, "GET", "/v3/brains")).status).toBe(503);
    expect((await send(emulator, "GET", "/v3/organizations/freemium-usage")).status).toBe(503);
    expect((await send(emulator, "GET", "/v3/brains")).status).toBe(200);
    expect(emulator.faults.pending()).toBe(0);
  });

  it("can be of every operation by name, and of no other", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("createBrain", fault.afterCreate.status(500));
    const body = { instructions: "x", greetingMessage: "y" };
    expect((await send(emulator, "POST", "/v3/brains", body)).status).toBe(500);
    expect(emulator.export().brains).toHaveLength(3);
    // As JavaScript may call it.
    expect(() => emulator.faults.queue("startConversations" as "any", fault.drop())).toThrow("there is no operation");
  });
});

describe("a fault of a request's own", () => {
  it("comes in its header and meets no other request", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("startConversation", fault.status(500));
    const [own, other] = await Promise.all([
      withFault(emulator, { status: 418, body: { teapot: true } }),
      postStart(emulator),
    ]);
    expect([own.status, await own.json()]).toEqual([418, { teapot: true }]);
    expect(other.status).toBe(500);
  });

  it("can say that it is carried out first", async () => {
    const emulator = await emulatorFor();
    await expect(withFault(emulator, { after: "create", drop: true })).rejects.toThrow();
    expect(emulator.conversations()).toHaveLength(1);
    const answer = await withFault(emulator, { kind: "nullToken" });
    expect(await answer.json()).toMatchObject({ consumerAccessToken: null });
    const truncated = await withFault(emulator, { kind: "truncated" });
    await expect(truncated.json()).rejects.toThrow(SyntaxError);
  });

  it.each([
    ["{", "a fault is a JSON object"],
    [{}, "must NOT have fewer than 1 properties"],
    [{ stauts: 500 }, "property stauts should not exist"],
    [{ status: "500" }, "status must be integer"],
    [{ delayMs: -1 }, "delayMs must be >= 0"],
    [{ status: 101 }, "status must be >= 200"],
    [{ contentType: "a\nb" }, "contentType must match pattern"],
    [{ redirectTo: "/\u4e00" }, "redirectTo must match pattern"],
    [{ retryAfter: "\u4e00" }, "retryAfter must match"],
    [{ status: 503, times: 2 }, "property times should not exist"],
    [{ status: 503, probability: 0 }, "property probability should not exist"],
  ])("that is none is a 400 that says what is wrong: %j", async (value, message) => {
    const emulator = await emulatorFor();
    const response = await withFault(emulator, value);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
    expect(emulator.conversations()).toEqual([]);
  });
});

describe("a fault of a share of the calls", () => {
  const statuses = async (emulator: Emulator, calls: number) => {
    const seen: number[] = [];
    for (let call = 0; call < calls; call += 1) seen.push((await send(emulator, "GET", "/v3/brains")).status);
    return seen;
  };

  it("hits the same ones for the same seed, others for another, and about that share", async () => {
    const runs: number[][] = [];
    for (const faultSeed of [7, 7, 8]) {
      const emulator = await emulatorFor({ faultSeed });
      emulator.faults.queue("any", fault.status(500, { probability: 0.25 }));
      runs.push(await statuses(emulator, 200));
      expect(emulator.faults.pending()).toBe(1);
    }
    const [first = [], second, third] = runs;
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
    const hit = first.filter((status) => status === 500).length;
    expect(hit).toBeGreaterThan(25);
    expect(hit).toBeLessThan(80);
  });

  it("hits all or none at the ends, starts anew with a reset, and can have a number of times", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("any", fault.status(500, { probability: 0 }));
    emulator.faults.queue("any", fault.status(503, { probability: 1, times: 2 }));
    expect(await statuses(emulator, 3)).toEqual([503, 503, 200]);
    emulator.reset();
    const half: Fault = fault.status(500, { probability: 0.5 });
    emulator.faults.queue("any", half);
    const first = await statuses(emulator, 30);
    emulator.reset();
    emulator.faults.queue("any", half);
    expect(await statuses(emulator, 30)).toEqual(first);
  });

  it("has no status that is not an answer", async () => {
    const emulator = await emulatorFor();
    for (const status of [100, 199, 600]) {
      expect(() => emulator.faults.queue("any", fault.status(status))).toThrow(RangeError);
    }
  });

  it.each([-0.1, 1.1, Number.NaN])("takes no share of %d", async (probability) => {
    const emulator = await startEmulator();
    expect(() => emulator.faults.queue("any", fault.drop({ probability }))).toThrow(RangeError);
    await emulator.close();
  });
});

describe("the request log", () => {
  it("takes a key that is in numbers and names, and no body that is nested too deeply", async () => {
    const emulator = await emulatorFor({ apiKey: "10" });
    expect((await postStart(emulator, { maxSeconds: 100, promptTemplateVars: { "10": "10" } })).status).toBe(201);
    const deep = "[".repeat(4_000) + "]".repeat(4_000);
    const response = await fetch(`${emulator.url}/v3/brains`, { method: "POST", body: deep });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("nested too deeply")]);
    expect(emulator.requests()).toMatchObject([
      { body: { maxSeconds: 100, promptTemplateVars: { "[key]": "[key]" } } },
    ]);
    expect((await fetch(`${emulator.url}/emulator/state`)).status).toBe(200);
  });

  it("tells what became of each request, and keeps no key wherever it stood", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("listBrains", fault.drop());
    await send(emulator, "GET", "/v3/brains").catch(() => undefined);
    await send(emulator, "GET", `/v3/brains/${emulator.apiKey}`);
    await postStart(emulator, { promptCtx: `the key is ${emulator.apiKey}` });
    const escaped = JSON.stringify(startBody(emulator, { promptCtx: "KEY" })).replace(
      "KEY",
      emulator.apiKey.replace("s", "\\u0073"),
    );
    await send(emulator, "POST", "/v3/conversations", escaped);
    await send(emulator, "GET", `/v3/brains/${emulator.apiKey.replaceAll("_", "%5F")}`);
    await postStart(emulator, { consumer: { identity: emulator.apiKey, name: "Ada" } });
    const text = JSON.stringify(emulator.requests());
    expect(emulator.requests()).toMatchObject([
      { outcome: "dropped" },
      { outcome: 200, path: "/v3/brains/[key]" },
      { outcome: 201, body: { promptCtx: "the key is [key]" } },
      { outcome: 201, body: { promptCtx: "[key]" } },
      { path: "/v3/brains/[key]" },
      { consumerIdentity: "[key]", body: { consumer: { identity: "[key]" } } },
    ]);
    expect(text).not.toContain(emulator.apiKey);
  });
});
