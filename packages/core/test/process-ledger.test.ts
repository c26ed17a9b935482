import { ConversationBroker, memoryLedger } from "@equos-broker/core";
import { startEmulator } from "@equos-broker/emulator";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { ada } from "./setting.js";

afterEach(() => void vi.unstubAllEnvs());

async function pair(options: { deployment?: string }[]) {
  const emulator = await startEmulator();
  onTestFinished(async () => await emulator.close());
  const brokers = options.map(
    (each) =>
      new ConversationBroker({
        apiKey: emulator.apiKey,
        endpoint: emulator.url,
        characters: { guide: emulator.characterId },
        logger: { warn: () => undefined, error: () => undefined },
        ...each,
      }),
  );
  onTestFinished(async () => void (await Promise.all(brokers.map((broker) => broker.close({ stop: true })))));
  return { emulator, brokers };
}

it("two brokers of one process and deployment keep the same books, as when a framework evaluates a module twice", async () => {
  const { emulator, brokers } = await pair([{ deployment: "shop" }, { deployment: "shop" }]);
  const grants = await Promise.all(brokers.map((broker) => broker.start({ consumer: ada })));
  expect(grants[0]?.grant).toEqual(grants[1]?.grant);
  expect(emulator.conversations()).toHaveLength(1);
});

it("brokers of two deployments do not", async () => {
  const { emulator, brokers } = await pair([{ deployment: "shop" }, { deployment: "desk" }]);
  for (const broker of brokers) await broker.start({ consumer: ada });
  expect(emulator.conversations()).toHaveLength(2);
});

it.each(["NODE_APP_INSTANCE", "NODE_UNIQUE_ID", "AWS_LAMBDA_FUNCTION_NAME", "VERCEL", "K_SERVICE"])(
  "where %s shows several instances, starts are refused, and the log says what to do",
  async (variable) => {
    vi.stubEnv(variable, "1");
    const { emulator, brokers } = await pair([{ deployment: variable }]);
    const error = await brokers[0]?.start({ consumer: ada }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ledger-not-shared", status: 500 });
    expect(String(error)).toContain("memoryLedger({ singleProcess: true })");
    expect(emulator.requests()).toEqual([]);
  },
);

it("unless the team says that there is one only", async () => {
  vi.stubEnv("VERCEL", "1");
  const emulator = await startEmulator();
  onTestFinished(async () => await emulator.close());
  const broker = new ConversationBroker({
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: emulator.characterId },
    ledger: memoryLedger({ singleProcess: true }),
  });
  await broker.start({ consumer: ada });
  expect(emulator.conversations()).toHaveLength(1);
  await broker.close({ stop: true });
});
