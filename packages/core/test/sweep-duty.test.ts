import { ConversationBroker } from "@equos-broker/core";
import { startEmulator } from "@equos-broker/emulator";
import { expect, it, onTestFinished, vi } from "vitest";
import { ada } from "./setting.js";

/** As many brokers as a framework makes of one module: the same deployment, each with code of its own. */
async function evaluations(count: number) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const emulator = await startEmulator();
  const brokers = Array.from({ length: count }, () => {
    const quiet = { warn: () => undefined, error: () => undefined };
    return new ConversationBroker({
      apiKey: emulator.apiKey,
      endpoint: emulator.url,
      characters: { guide: emulator.characterId },
      deployment: "hot",
      logger: quiet,
    });
  });
  onTestFinished(async () => {
    vi.useRealTimers();
    await Promise.all(brokers.map((broker) => broker.close({ stop: true })));
    await emulator.close();
  });
  const running = () => emulator.conversations().filter(({ status }) => status === "running").length;
  return { brokers, running };
}

/** Lets time and sockets take turns until it is so. */
async function eventually(condition: () => boolean): Promise<void> {
  for (let second = 0; second < 70 && !condition(); second += 1) {
    await vi.advanceTimersByTimeAsync(1000);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(condition()).toBe(true);
}

it("brokers that a hot reload leaves behind keep no timer: the latest one sweeps for all", async () => {
  const { brokers, running } = await evaluations(12);
  for (const broker of brokers) await broker.start({ consumer: ada });
  // All of them have been used, and one conversation runs, so that a sweep is due every second.
  expect(vi.getTimerCount()).toBe(1);
  // A call to an old one wakes the latest.
  await brokers[0]?.stop({ consumer: ada, pageHide: true });
  expect([vi.getTimerCount(), running()]).toEqual([1, 1]);
  await eventually(() => running() === 0);
});

it("when the latest one closes, the one before sweeps on", async () => {
  const { brokers, running } = await evaluations(3);
  for (const broker of brokers) await broker.start({ consumer: ada, sendsHeartbeats: true });
  await brokers[2]?.close();
  // Nobody calls again, and nobody joins.
  await eventually(() => running() === 0);
});
