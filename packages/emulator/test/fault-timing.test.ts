import { type Emulator, fault, manualClock } from "@equos-broker/emulator";
import { describe, expect, it, vi } from "vitest";
import { emulatorFor, postStart } from "./support.js";

const seen = (emulator: Emulator, requests: number) =>
  vi.waitFor(() => expect(emulator.requests()).toHaveLength(requests));

describe("faults of time", () => {
  it("delays by the emulator's clock, and starts only then", async () => {
    const clock = manualClock();
    const emulator = await emulatorFor({ clock });
    emulator.faults.queue("startConversation", fault.delay(30_000));
    const response = postStart(emulator);
    await seen(emulator, 1);
    await clock.advance(29_999);
    expect(emulator.conversations()).toEqual([]);
    await clock.advance(1);
    expect((await response).status).toBe(201);
    expect(emulator.conversations()).toHaveLength(1);
  });

  it("delays an answer whose conversation runs already", async () => {
    const clock = manualClock();
    const emulator = await emulatorFor({ clock });
    emulator.faults.queue("startConversation", fault.afterCreate.delay(30_000));
    const response = postStart(emulator);
    await vi.waitFor(() => expect(emulator.conversations()).toHaveLength(1));
    await clock.advance(30_000);
    expect((await response).status).toBe(201);
    expect(emulator.bill().totalSeconds).toBe(30);
  });

  it.each([
    ["settles", (gate: PromiseWithResolvers) => gate.resolve()],
    ["fails", (gate: PromiseWithResolvers) => gate.reject(new Error("as well"))],
  ])("holds an answer until the promise %s", async (_, open) => {
    const emulator = await emulatorFor();
    const gate = promiseWithResolvers();
    emulator.faults.queue("startConversation", fault.silence({ until: gate.promise }));
    const response = postStart(emulator);
    await seen(emulator, 1);
    expect(emulator.conversations()).toEqual([]);
    open(gate);
    expect((await response).status).toBe(201);
  });

  it("carries out late although the client left meanwhile", async () => {
    const emulator = await emulatorFor();
    const gate = promiseWithResolvers();
    emulator.faults.queue("startConversation", fault.silence({ until: gate.promise }));
    const leaving = new AbortController();
    const response = postStart(emulator, {}, { signal: leaving.signal });
    await seen(emulator, 1);
    leaving.abort();
    await expect(response).rejects.toThrow();
    gate.resolve();
    await vi.waitFor(() => expect(emulator.conversations()).toHaveLength(1));
  });

  it.each([
    ["not created", fault.silence(), 0],
    ["created", fault.afterCreate.silence(), 1],
  ])("is silent until the client hangs up: %s", async (_, queued, conversations) => {
    const emulator = await emulatorFor();
    emulator.faults.queue("startConversation", queued);
    const leaving = new AbortController();
    const response = postStart(emulator, {}, { signal: leaving.signal });
    await seen(emulator, 1);
    leaving.abort();
    await expect(response).rejects.toThrow();
    expect(emulator.conversations()).toHaveLength(conversations);
    expect((await postStart(emulator)).status).toBe(201);
  });

  it.each(["close", "reset"] as const)("%s ends silence at once", async (way) => {
    const emulator = await emulatorFor();
    emulator.faults.queue("startConversation", fault.silence());
    const response = postStart(emulator);
    await seen(emulator, 1);
    const ended = emulator[way]();
    await expect(response).rejects.toThrow();
    await ended;
  });

  it("close ends delays, and can be repeated", async () => {
    const emulator = await emulatorFor({ clock: manualClock() });
    emulator.faults.queue("startConversation", fault.afterCreate.delay(1_000));
    const response = postStart(emulator);
    await seen(emulator, 1);
    await Promise.all([emulator.close(), expect(response).rejects.toThrow()]);
    await emulator.close();
  });
});

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

function promiseWithResolvers(): PromiseWithResolvers {
  let resolve = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve: () => resolve(), reject: (error) => reject(error) };
}
