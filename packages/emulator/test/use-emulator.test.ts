import { useEmulator } from "@equos-broker/emulator";
import * as vitest from "vitest";
import { startedId, stop } from "./support.js";

const { expect, it } = vitest;
const before = process.env.EQUOS_ENDPOINT;
const emulator = useEmulator(vitest, { switches: { joined: "consumer" } });

vitest.afterAll(() => expect(process.env.EQUOS_ENDPOINT).toBe(emulator.url));

it("is there in a test, with its environment", async () => {
  expect(process.env).toMatchObject({
    EQUOS_ENDPOINT: emulator.url,
    EQUOS_API_KEY: emulator.apiKey,
    EQUOS_CHARACTER_ID: emulator.characterId,
  });
  await stop(emulator, await startedId(emulator));
  emulator.faults.queue("any", { status: 500 });
  emulator.clock.stop();
});

it("is as new in the next one", () => {
  expect([emulator.conversations(), emulator.requests(), emulator.faults.pending()]).toEqual([[], [], 0]);
  expect(emulator.clock.running).toBe(true);
});

it("is not there while the file is loaded, nor after the last test", async () => {
  const hooks: Record<string, () => unknown> = {};
  const hook = (name: string) => (run: () => unknown) => {
    hooks[name] = run;
  };
  const nodeTest = { before: hook("before"), after: hook("after"), afterEach: hook("afterEach") };
  const own = useEmulator(nodeTest, { environment: false });
  expect(() => own.url).toThrow("inside of tests and hooks only");
  await hooks.before?.();
  expect(own.url).not.toBe(process.env.EQUOS_ENDPOINT);
  await startedId(own);
  expect(() => hooks.afterEach?.()).toThrow("still running: 1");
  expect(own.conversations()).toEqual([]);
  await hooks.after?.();
  expect(() => own.url).toThrow("inside of tests and hooks only");
  expect(before).not.toBe(emulator.url);
});
