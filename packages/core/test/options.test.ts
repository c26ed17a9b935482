import {
  ConversationBroker,
  cronHandler,
  isBrokerError,
  memoryStore,
  toFetchHandler,
  toNodeHandler,
  visitors,
} from "@equos-broker/core";
import { expect, it } from "vitest";

const refused = (options: object): { code: string; message: string } => {
  try {
    // Wrong options are the point.
    new ConversationBroker(options as never);
  } catch (error) {
    if (isBrokerError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("taken");
};

const shared = { ...memoryStore(), shared: true, open: () => undefined, step: () => undefined };

it.each([
  [{ authorise: () => null }, 'option "authorise" is not an option of ConversationBroker. Did you mean "authorize"?'],
  [{ APIKEY: "k" }, 'option "APIKEY" is not an option of ConversationBroker. Did you mean "apiKey"?'],
  [{ rooms: 5 }, /option "rooms" is not an option of ConversationBroker\.$/],
  [{ "\u001b[31m\nauth\ud800\u202e": 1 }, String.raw`option "\u001b[31m\nauth\ud800\u{202e}" is not an option`],
  [{ ["x".repeat(5000)]: 1 }, `option "${"x".repeat(40)}…" is not an option`],
  [{ characters: { ["\u0007".repeat(64)]: 7 } }, String.raw`option "characters.\u0007`],
  [{ authorize: "me" }, 'option "authorize" must be a function'],
  [{ apiKey: 7 }, 'option "apiKey" must be a string or a function'],
  [
    { endpoint: "http://api.equos.ai" },
    'option "endpoint" must use https: (http: only for 127.0.0.1, [::1] and localhost)',
  ],
  [{ endpoint: "equos" }, 'option "endpoint" must be a URL such as https://api.equos.ai'],
  [{ equos: {} }, 'option "equos" must be an Equos client'],
  [{ characters: {} }, 'option "characters" must be an object with at least one alias'],
  [{ characters: { guide: 7 } }, 'option "characters.guide" must be an Equos character id'],
  [{ limits: 5 }, 'option "limits" must be an object such as { maxSeconds: 600 }, or a function of the consumer'],
  [{ input: "string" }, 'option "input" must be a Standard Schema'],
  [{ limits: { maxSeconds: 0 } }, 'option "limits.maxSeconds" must be a whole number of seconds from 30 to 86400'],
  [{ limits: { maxSeconds: -5 } }, 'option "limits.maxSeconds" must be a whole number of seconds from 30 to 86400'],
  [{ limits: { maxSeconds: 90.5 } }, 'option "limits.maxSeconds" must be a whole number of seconds from 30 to 86400'],
  [{ limits: { maxSeconds: 86_401 } }, 'option "limits.maxSeconds" must be a whole number of seconds from 30 to 86400'],
  [
    { limits: { maxSecond: 60 } },
    'option "limits.maxSecond" is not an option of ConversationBroker. Did you mean "maxSeconds"?',
  ],
  [
    { limits: { perConsumer: { active: 0 } } },
    'option "limits.perConsumer.active" must be a whole number from 1 to 20',
  ],
  [{ limits: { perConsumer: { starts: 5 } } }, 'option "limits.perConsumer.starts" must be an object such as'],
  [
    { limits: { perConsumer: { starts: { max: 5 } } } },
    'option "limits.perConsumer.starts.perSeconds" must be a whole',
  ],
  [{ limits: { perConsumer: { seconds: { max: 10, perSeconds: 60 } } } }, "limits.perConsumer.seconds.max"],
  [{ limits: { perIp: { starts: 5 } } }, 'option "limits.perIp.starts" must be an object such as'],
  [{ limits: { perIp: { active: 0 } } }, 'option "limits.perIp.active" must be a whole number from 1 to 1000000'],
  [
    { limits: { perIp: { seconds: { max: 10, perSeconds: 60 } } } },
    'option "limits.perIp.seconds.max" must be a whole',
  ],
  [{ limits: { overall: { active: 1.5 } } }, 'option "limits.overall.active" must be a whole number'],
  [{ joinWithinSeconds: 0 }, 'option "joinWithinSeconds" must be a number of seconds from 1 to 3600'],
  [{ keepAliveSeconds: "90" }, 'option "keepAliveSeconds" must be a number of seconds'],
  [{ secret: "short" }, 'option "secret" must be'],
  [{ whenActive: { same: "stop" } }, 'option "whenActive.same" must be "resume" or "reject" or "replace"'],
  [{ timeouts: { startSeconds: "15" } }, 'option "timeouts.startSeconds" must be a number of seconds from 1 to 120'],
  [
    { timeouts: { lateResponseSeconds: 15 } },
    'option "timeouts.lateResponseSeconds" must be more than timeouts.startSeconds (15)',
  ],
  [{ leaveGraceSeconds: -1 }, 'option "leaveGraceSeconds" must be a number of seconds from 0 to 300'],
  [{ allowedOrigins: ["https://shop.example/"] }, 'option "allowedOrigins.0" must be an exact origin'],
  [{ allowedOrigins: ["*"] }, 'option "allowedOrigins.0" must be an exact origin'],
  ...[
    ...["https://*.vercel.app", "https://*", "http://*:3000", "https://.shop.example", "https://shop..example"],
    ...["https://Shop.example", "HTTPS://shop.example", "https://shop.example:443", "http://shop.example:80"],
    ...["https://shop.example/app", "https://shop.example?", "https://shop.example#", "https://user@shop.example"],
    ...["https://shop.example.", "capacitor://localhost.", "https://müller.example", "https://{app}.shop.example"],
    ...["file://shop.example", "ws://shop.example", "null", "https://0x7f.1"],
  ].map((entry): [object, string] => [{ allowedOrigins: [entry] }, "final dot, or wildcard"]),
  [{ publicOrigin: "shop.example" }, 'option "publicOrigin" must be an exact origin'],
  [{ deployment: "shop production" }, 'option "deployment" must be 1 to 64 letters'],
  [{ store: {} }, 'option "store" must be a store, such as memoryStore()'],
  [{ logger: console.log }, 'option "logger" must be a logger with the methods warn and error'],
])("%o is refused: %s", (options, message) => {
  const error = refused(options);
  expect(error.code).toBe("invalid-option");
  expect(error.message).toMatch(message);
});

it.each([undefined, "", " \n"])("a setting of the environment that is %o is no error of a build", (unset) => {
  const broker = new ConversationBroker({
    authorize: visitors({ secret: unset }),
    apiKey: unset,
    endpoint: unset,
    characters: { guide: unset },
    publicOrigin: unset,
    allowedOrigins: [unset],
    deployment: unset,
    secret: unset,
    store: shared as never,
  });
  cronHandler(broker, { secret: unset });
});

it("without a deployment, a shared store is refused at first use", async () => {
  const own = { ...shared, attach: undefined };
  const broker = new ConversationBroker({ apiKey: "k", characters: { guide: "cha_1" }, store: own as never });
  const start = broker.start({ consumer: { identity: "ada", name: "Ada" } });
  await expect(start).rejects.toMatchObject({
    code: "deployment-missing",
    message: expect.stringMatching(/deployment/),
  });
});

it.each([undefined, null, "options", 7])("%o instead of options is refused", (options) => {
  expect(refused(options as never).message).toBe("ConversationBroker needs an object of options");
});

it.each([undefined, null, {}, () => null])("%o instead of a broker is refused where it is mounted", (broker) => {
  expect(() => toFetchHandler(broker as never)).toThrow(/must be a ConversationBroker/);
  expect(() => toNodeHandler(broker as never)).toThrow(/must be a ConversationBroker/);
});

it("a client and a key exclude each other", () => {
  const port = {
    startConversation: () => 0,
    stopConversation: () => 0,
    getConversationById: () => 0,
    listConversations: () => 0,
  };
  expect(refused({ apiKey: "k", equos: { conversations: port } }).message).toContain(
    '"equos" takes the place of apiKey',
  );
});

it("never quotes a value, which may be a secret", () => {
  expect(refused({ apiKeys: "sk_live_secret" }).message).not.toContain("sk_live_secret");
  expect(refused({ endpoint: "https://key:sk_live_secret@api.equos.ai" }).message).not.toContain("sk_live_secret");
});

it("builds without looking at time, chance, the environment or the network", async () => {
  const touched: string[] = [];
  const watched: [object, string][] = [
    [globalThis, "setTimeout"],
    [globalThis, "setInterval"],
    [globalThis, "fetch"],
    [crypto, "randomUUID"],
    [crypto, "getRandomValues"],
    [Math, "random"],
    [Date, "now"],
  ];
  const restore = watched.map(([target, name]) => {
    const original = Reflect.get(target, name);
    Reflect.set(target, name, () => void touched.push(name));
    return () => Reflect.set(target, name, original);
  });
  const { env } = process;
  process.env = new Proxy(env, {
    get: (target, name) => {
      touched.push(`env.${String(name)}`);
      return Reflect.get(target, name);
    },
  });
  try {
    new ConversationBroker({ authorize: () => null, store: memoryStore() });
    visitors({ secret: "s".repeat(32) });
  } finally {
    process.env = env;
    for (const undo of restore) undo();
  }
  expect(touched).toEqual([]);
});
