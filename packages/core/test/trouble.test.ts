import { ConversationBroker, isBrokerError } from "@equos-broker/core";
import { manualClock } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ada, ben, openSetting } from "./setting.js";

describe("what the log says first", () => {
  it.each([
    [401, /check the API key/],
    [404, /check the character's id/],
  ])("of a %i is what to look at", async (status, hint) => {
    const { broker, emulator } = await openSetting();
    emulator.faults.queue("startConversation", { status });
    const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
    expect(error.message).toMatch(hint);
    expect(error.publicMessage).not.toMatch(hint);
  });

  it("of a refused connection is where it went", async () => {
    const { broker, emulator } = await openSetting();
    await emulator.close();
    const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
    expect(error.message).toBe(`No connection to ${emulator.url}`);
  });
});

describe("the API key", () => {
  it("from a function is fetched once a minute, by however many starts", async () => {
    let asked = 0;
    const { broker, clock, emulator } = await openSetting({
      apiKey: async () => {
        asked += 1;
        return emulator.apiKey;
      },
    });
    const consumers = ["a", "b", "c"].map((identity) => ({ identity, name: identity }));
    await Promise.all(consumers.map((consumer) => broker.start({ consumer, character: "guide" })));
    expect(asked).toBe(1);
    await clock.advance(61_000);
    await broker.stop({ consumer: ada, id: "x" }).catch(() => undefined);
    await broker.start({ consumer: ada, character: "guide" });
    expect(asked).toBe(2);
  });

  it("that cannot be fetched is the server's fault, and its store's message nobody's", async () => {
    const { broker, log } = await openSetting({
      apiKey: () => Promise.reject(new Error("vault at 10.0.0.7 says hvs.token")),
    });
    const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "api-key-failed", status: 500 });
    expect(JSON.stringify([error.message, error.publicMessage, log])).not.toContain("hvs.token");
  });

  it.each([
    ["option", (key: string) => ({ apiKey: `\ufeff ${key}\r\n` })],
    ["function", (key: string) => ({ apiKey: () => `${key}\n` })],
    ["environment", (key: string) => ({ apiKey: " ", environment: { EQUOS_API_KEY: `\t${key}\n` } })],
  ])("is used without the whitespace around it: from the %s", async (_, settingsFor) => {
    const { emulator, clock } = await openSetting();
    const { environment = {}, ...options } = { environment: {}, ...settingsFor(emulator.apiKey) };
    const variables = {
      EQUOS_ENDPOINT: ` ${emulator.url}\n`,
      EQUOS_CHARACTER_ID: "cha_emulator_guide\n",
      ...environment,
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const byEnvironment = new ConversationBroker({ ...options, clock });
    expect(await byEnvironment.start({ consumer: ada })).toMatchObject({ resumed: false });
    const { url } = emulator;
    const byOption = new ConversationBroker({
      ...{ ...options, clock, endpoint: `${url}\n`, characters: { guide: "\tcha_emulator_guide " } },
    });
    expect(await byOption.start({ consumer: ben })).toMatchObject({ resumed: false });
  });

  it.each(["sk_live_a\nb", "sk_live_ä", "sk_live_\u200b", "sk_live b"])(
    "that no header can carry has a code of its own, and is quoted nowhere: %o",
    async (key) => {
      for (const apiKey of [key, () => `${key}\n`]) {
        const { broker, log, emulator, events } = await openSetting({ apiKey });
        const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
        expect(error).toMatchObject({ code: "api-key-invalid", status: 500 });
        expect(error.message).toMatch(/^Character \d+ of the API key \(EQUOS_API_KEY/);
        expect(JSON.stringify([error, error.message, error.stack, log, events])).not.toContain("sk_live");
        expect(emulator.requests()).toEqual([]);
      }
    },
  );

  it("is missed at first use, by a name of its own", async () => {
    const before = { ...process.env };
    delete process.env.EQUOS_API_KEY;
    delete process.env.EQUOS_CHARACTER_ID;
    try {
      const broker = new ConversationBroker({ clock: manualClock() });
      await expect(broker.start({ consumer: ada })).rejects.toMatchObject({ code: "character-missing" });
      process.env.EQUOS_CHARACTER_ID = "cha_1";
      await expect(broker.start({ consumer: ada })).rejects.toMatchObject({ code: "api-key-missing", status: 500 });
      process.env.EQUOS_API_KEY = "key";
      process.env.EQUOS_ENDPOINT = "http://equos.example";
      const elsewhere = new ConversationBroker({ clock: manualClock() });
      await expect(elsewhere.start({ consumer: ada })).rejects.toMatchObject({ code: "invalid-option" });
    } finally {
      process.env = before;
    }
  });
});

it.each([undefined, "", "\n"])("a character id that is %o is refused at first use, by its alias", async (unset) => {
  const { broker, emulator } = await openSetting({ characters: { guide: unset, coach: "cha_emulator_coach" } });
  const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "character-missing", status: 500 });
  expect(error.message).toBe('The option characters["guide"] is not set: set it to a character id');
  expect(emulator.requests()).toEqual([]);
  await broker.start({ consumer: ada, character: "coach" });
});

describe("what the team hands in", () => {
  it("cannot break anything by throwing: logger and onEvent", async () => {
    const boom = () => {
      throw new Error("boom");
    };
    const { broker, running } = await openSetting({ onEvent: boom, logger: { warn: boom, error: boom } });
    await broker.start({ consumer: ada, character: "guide" });
    await broker.stop({ consumer: ada });
    expect(running()).toEqual([]);
  });

  it("cannot break anything by rejecting: onEvent", async () => {
    const { broker } = await openSetting({ onEvent: () => Promise.reject(new Error("boom")) as never });
    await broker.start({ consumer: ada, character: "guide" });
  });
});

it("an error is recognised across copies of the package", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("equos-broker.error")]: true });
  expect([isBrokerError(foreign), isBrokerError(new Error("x")), isBrokerError(null)]).toEqual([true, false, false]);
});
