import { ConversationBroker, type Exchange, isBrokerError, serveFetch, toNodeHandler } from "@equos-broker/core";
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
  it("cannot end the process by a logger that rejects or throws, and the console says so once", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    const secret = () => new Error("hvs.token");
    const reject = async () => Promise.reject(secret());
    // biome-ignore lint/suspicious/noThenProperty: as a logger may return it
    const thenable = () => ({ then: (_: unknown, fail: (error: Error) => void) => fail(secret()) });
    const trap = () =>
      new Proxy(
        {},
        {
          get: () => {
            throw secret();
          },
        },
      );
    try {
      const loggers = [{ warn: reject, error: reject }, { warn: thenable, error: thenable }, trap()];
      for (const logger of [...loggers, { warn: trap, error: trap }] as never[]) {
        const { broker } = await openSetting({ logger });
        const own = (await openSetting()).broker;
        const headers = { "content-type": "application/json", origin: "https://evil.example" };
        const request = () => new Request("https://shop.example/start", { method: "POST", headers, body: "{}" });
        expect((await serveFetch(broker, request(), {})).status).toBe(403);
        expect((await own.handle(exchangeOf(request(), { logger })))?.status).toBe(403);
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect([unhandled, printed.mock.calls.length]).toEqual([[], 1]);
      expect(printed.mock.calls.join()).toMatch(/^equos-broker: the logger threw or rejected/);
    } finally {
      process.off("unhandledRejection", note);
      printed.mockRestore();
    }
  });

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

/** Values that throw the key, or return it, wherever they are looked at. */
const hostile: readonly (readonly [string, (secret: string) => unknown])[] = [
  ["getters that throw", (secret) => withGetters(() => thrower(secret))],
  ["getters that return a secret", (secret) => withGetters(() => secret)],
  ["a proxy that throws", (secret) => trapped(() => thrower(secret))],
  ["a proxy that has and is everything", () => trapped(() => true)],
  ["an error that pretends to be ours", (secret) => Object.assign(new Error(secret), { [brand]: true })],
  ["an object that cannot be a text", (secret) => ({ toString: () => thrower(secret) })],
  ["a text", (secret) => secret],
];
const brand = Symbol.for("equos-broker.error");

function thrower(secret: string): never {
  throw new Error(secret);
}

function withGetters(get: () => unknown): Error {
  const error = new Error("x");
  const names = ["stack", "message", "name", "cause", "toString", "code", "status", "statusCode", "response", "then"];
  for (const name of [...names, brand]) Object.defineProperty(error, name, { get });
  return error;
}

function trapped(trap: () => unknown): object {
  // A proxy's target decides what `has` may deny.
  const traps = ["get", "has", "getPrototypeOf", "ownKeys", "getOwnPropertyDescriptor"] as const;
  return new Proxy(new Error("x"), Object.fromEntries(traps.map((name) => [name, trap])) as ProxyHandler<Error>);
}

function exchangeOf(request: Request, more: Partial<Exchange> = {}): Exchange {
  return {
    method: request.method,
    action: "start",
    header: (name) => request.headers.get(name) ?? undefined,
    readBody: async () => await request.text(),
    clientIp: undefined,
    signal: new AbortController().signal,
    native: undefined,
    waitUntil: () => undefined,
    ...more,
  };
}

describe.each(hostile)("%s, thrown", (_, make) => {
  it.each([
    ["authorize", 500, "authorize-failed"],
    ["input", 500, "conversation-failed"],
    ["conversation", 500, "conversation-failed"],
    ["limits", 500, "conversation-failed"],
    ["client", 500, "conversation-failed"],
    ["body", 400, "body-unreadable"],
  ])("by %s, is a refusal with a code", async (where, status, code) => {
    let secret = "";
    const hook = () => {
      throw make(secret);
    };
    const options = where === "input" ? { input: { "~standard": { validate: hook } } } : { [where]: hook };
    const setting = await openSetting(where === "body" ? {} : (options as object));
    secret = setting.emulator.apiKey;
    const headers = { "content-type": "application/json", "x-user": "ada" };
    const request = new Request("https://shop.example/start", {
      method: "POST",
      headers,
      body: '{"character":"guide"}',
    });
    const reply = await setting.broker.handle(exchangeOf(request, where === "body" ? { readBody: hook } : {}));
    expect([reply?.status, JSON.parse(reply?.body ?? "{}").code]).toEqual([status, code]);
    expect(JSON.stringify([reply, setting.log])).not.toContain(secret);
    expect([setting.log.length, setting.running()]).toEqual([status < 500 ? 0 : 1, []]);
  });

  it("by onEvent, changes nothing", async () => {
    let secret = "";
    const onEvent = () => {
      throw make(secret);
    };
    const { broker, emulator, log, running } = await openSetting({ onEvent });
    secret = emulator.apiKey;
    await broker.start({ consumer: ada, character: "guide" });
    await broker.stop({ consumer: ada });
    expect(running()).toEqual([]);
    expect(log.length).toBeGreaterThan(0);
    expect(JSON.stringify(log)).not.toContain(secret);
  });

  it("by a client of Equos, is a refusal with a code at once", async () => {
    const fail = () => Promise.reject(make("sk_live_handed_in"));
    const conversations = {
      startConversation: fail,
      stopConversation: fail,
      getConversationById: fail,
      listConversations: fail,
    };
    // No time passes.
    const { broker, log } = await openSetting({ apiKey: undefined, equos: { conversations } });
    const error: unknown = await broker.start({ consumer: ada, character: "guide" }).catch((thrown: unknown) => thrown);
    expect(isBrokerError(error) && error.status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify([error, log])).not.toContain("sk_live_handed_in");
  });

  it("by a Node response, does not reject", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const handler = toNodeHandler((await openSetting()).broker);
    const response = {
      statusCode: 200,
      headersSent: false,
      once: () => undefined,
      setHeader: () => {
        throw make("sk_secret");
      },
      end: () => undefined,
    };
    // As much of both as is used before the reply is written.
    await handler({ method: "GET", url: "/start", headers: {} } as never, response as never);
    expect([response.statusCode, printed.mock.calls.length]).toEqual([500, 1]);
    printed.mockRestore();
  });
});

it("an error is recognised across copies of the package", () => {
  const foreign = Object.assign(new Error("x"), { [brand]: true, code: "of-tomorrow", status: 400 });
  expect([isBrokerError(foreign), isBrokerError(new Error("x")), isBrokerError(null)]).toEqual([true, false, false]);
});
