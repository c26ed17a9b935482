import { ConversationBroker, isBrokerError } from "@equos-broker/core";
import { manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { ada, openSetting } from "./setting.js";

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
