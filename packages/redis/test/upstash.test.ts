import { BrokerError, ConversationBroker } from "@equos-broker/core";
import { manualClock } from "@equos-broker/emulator";
import { type RedisConfigNodejs, Redis as Upstash } from "@upstash/redis";
import { expect, it, onTestFinished } from "vitest";
import { redisLedger } from "../src/index.js";
import { commitRequest, Desk, reserveRequest, TestClock } from "./support/desk.js";
import { anyRedis, describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";
import { startUpstashFront } from "./support/upstash-front.js";

stopServersAfterwards();

const secret = "a secret of this test, 32 characters";

async function open({ redisUrl, ...more }: Partial<RedisConfigNodejs> & { redisUrl?: string } = {}) {
  redisUrl ??= await anyRedis();
  const front = await startUpstashFront({ redisUrl, token: "the right token" });
  onTestFinished(() => front.close());
  const client = new Upstash({
    url: front.url,
    token: front.token,
    enableTelemetry: false,
    retry: { retries: 2, backoff: () => 0 },
    ...more,
  });
  return { front, client, ledger: redisLedger(client, { clock: new TestClock() }) };
}

describeWithServers("a ledger behind HTTP", () => {
  it("takes one request for each step, once Redis knows the scripts", async () => {
    const { front, ledger } = await open();
    const desk = await Desk.at(ledger);
    await desk.start("ann-1");
    const before = front.requests();
    await desk.start("bob-1");
    expect(front.requests() - before).toBe(2);
  });

  it("goes on when Redis has forgotten the scripts", async () => {
    const { client, ledger } = await open();
    const desk = await Desk.at(ledger);
    await desk.step("reserve", reserveRequest("ann-1"));
    await client.exec(["SCRIPT", "FLUSH"]);
    expect(await desk.step("commit", commitRequest("ann-1"))).toMatchObject({ moved: true, delivery: 1 });
  });

  it("finds a step done that its client sends again, because the connection broke before the answer", async () => {
    const { front, ledger } = await open();
    const desk = await Desk.at(ledger);
    await desk.step("reserve", reserveRequest("ann-1"));
    await desk.start("bob-1");
    const before = front.requests();
    front.next("executed");
    expect(await desk.step("commit", commitRequest("ann-1"))).toMatchObject({ record: { state: "running" } });
    expect(front.requests() - before).toBe(2);
    expect(await desk.record("ann-1")).toMatchObject({ state: "running", deliveries: 1 });
  });

  it("keeps the books that an opening made whose answer was lost", async () => {
    const { front, client, ledger } = await open();
    await redisLedger(client, { prefix: "other" }).open({ nonce: "nonce123", key: "key" });
    const before = front.requests();
    front.next("executed");
    const { id } = await ledger.open({ nonce: "nonce123", key: "key" });
    expect(front.requests() - before).toBe(2);
    expect(await ledger.open({ nonce: "nonce456", key: "another" })).toMatchObject({ id, key: "key" });
  });

  it("sends steps of one moment in one request, which Redis may be given twice, or not understand any more", async () => {
    const { front, client, ledger } = await open();
    const desk = await Desk.at(ledger);
    const names = ["ann-1", "bob-1", "cy-1"];
    for (const name of names) await desk.step("reserve", reserveRequest(name));
    await desk.start("dan-1");
    const commits = () => Promise.all(names.map((name) => desk.step("commit", commitRequest(name))));
    const before = front.requests();
    front.next("executed");
    const running = { delivery: 1, record: { state: "running", deliveries: 1 } };
    expect(await commits()).toMatchObject([running, running, running]);
    expect(front.requests() - before).toBe(2);
    await client.exec(["SCRIPT", "FLUSH"]);
    expect(await commits()).toMatchObject([running, running, running]);
    // The flush, the scripts' names, and the scripts.
    expect(front.requests() - before).toBe(5);
  });

  it("is given up after `ledgerSeconds` when no answer comes, and holds up no other step", async () => {
    const clock = manualClock();
    const { front, client } = await open();
    const ledger = redisLedger(client, { clock });
    const broker = new ConversationBroker({
      apiKey: "sk_unused",
      characters: { guide: "cha_1" },
      clock,
      deployment: "shop",
      secret,
      ledger,
      timeouts: { ledgerSeconds: 2 },
      logger: { warn: () => undefined, error: () => undefined },
    });
    front.next("silence");
    let outcome: unknown;
    void broker.start({ consumer: { identity: "ada", name: "Ada" } }).catch((error: unknown) => {
      outcome = error;
    });
    await until(() => front.requests() === 1);
    await clock.advance(1999);
    expect(outcome).toBeUndefined();
    expect(await ledger.open({ nonce: "nonce123", key: "key" })).toMatchObject({ key: "key" });
    await clock.advance(1);
    await until(() => outcome !== undefined);
    expect(outcome).toMatchObject({ code: "ledger-unavailable", message: expect.stringContaining("took too long") });
    await broker.close();
  });

  it("says what is wrong when it was given another token", async () => {
    const { ledger } = await open({ token: "a wrong token" });
    const refused = await ledger.open({ nonce: "nonce123", key: "key" }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ message: "Unauthorized" });
  });

  it("is unavailable, and says why without the command, for what HTTP can bring", async () => {
    const logged: string[] = [];
    const log = (details: object, message: string) => void logged.push(`${message} ${JSON.stringify(details)}`);
    const { front, ledger } = await open();
    const broker = new ConversationBroker({
      apiKey: "sk_unused",
      characters: { guide: "cha_1" },
      deployment: "shop",
      secret,
      ledger,
      logger: { warn: log, error: log },
    });
    const start = () => broker.start({ consumer: { identity: "ada", name: "Ada" } }).catch((error: unknown) => error);
    for (const [status, text] of [
      [401, '{"error":"WRONGPASS invalid or missing auth token"}'],
      [500, "<html>bad gateway</html>"],
      [200, "garbage"],
      [400, '{"error":"ERR max daily request limit exceeded"}'],
    ] as const) {
      front.next({ status, text });
      const error = await start();
      expect(error).toBeInstanceOf(BrokerError);
      expect(error).toMatchObject({ code: "ledger-unavailable", status: 503 });
      // What the log shows is the cause and its stack.
      const { cause } = error as BrokerError;
      const shown = String(cause instanceof Error ? cause.stack : cause);
      expect(shown).not.toMatch(/command was|evalsha|local function|nonce/);
    }
    expect(logged.join()).not.toMatch(/command was|evalsha/);
    await broker.close();
  });
});

describeWithServers("what a client of @upstash/redis makes of answers", () => {
  it.each([
    {},
    { automaticDeserialization: false },
    { responseEncoding: false as const },
    { enableAutoPipelining: false, automaticDeserialization: false },
  ])("does not change what is kept: %j", async (options) => {
    const { ledger } = await open(options);
    const desk = await Desk.at(ledger);
    const texts = { fingerprint: "007", payload: '{"a":"1e300"} ä \u2028 😀 9007199254740993' };
    // As it is a consumer's digest, it may happen to look like a number.
    await desk.start("9007199254740993-1", texts);
    expect(await desk.record("9007199254740993-1")).toMatchObject({
      fingerprint: texts.fingerprint,
      consumer: "9007199254740993",
      conversation: "conversation of 9007199254740993-1",
    });
    const resumed = await desk.step("reserve", reserveRequest("9007199254740993-2", { ...texts, payload: "1e300" }));
    expect(resumed).toMatchObject({ outcome: "resumed", record: { payload: "sealed grant" } });
    await desk.step("reserve", reserveRequest("1e5-1", texts));
    expect(await desk.record("1e5-1")).toMatchObject({ consumer: "1e5", payload: texts.payload });
  });

  it.each([{}, { enableAutoPipelining: false }, { enableAutoPipelining: false, responseEncoding: false as const }])(
    "fails for a request that its signal gave up: %j",
    async (options) => {
      // The client answers with the reason, as if Redis had said it.
      const { ledger } = await open({ ...options, signal: AbortSignal.abort() });
      await expect(ledger.open({ nonce: "nonce123", key: "key" })).rejects.toThrow();
      const context = { ledger: "any", notAfter: Number.MAX_SAFE_INTEGER, seen: 0 };
      await expect(ledger.step("due", { limit: 1 }, context)).rejects.toThrow();
    },
  );
});

describeWithServers("a store that does not tell whether it throws entries away", () => {
  /** A user that may do all but ask. */
  async function mute() {
    const server = await RedisServer.start();
    const all = await open({ redisUrl: server.url });
    await all.client.exec(["ACL", "SETUSER", "mute", "on", ">mute", "~*", "+@all", "-info"]);
    return await open({ redisUrl: server.url.replace("redis://", "redis://mute:mute@") });
  }

  it("is refused", async () => {
    const { ledger } = await mute();
    await expect(ledger.open({ nonce: "nonce123", key: "key" })).rejects.toMatchObject({
      code: "ledger-misconfigured",
      message: expect.stringContaining("noEviction: true"),
    });
  });

  it("is taken at its operator's word", async () => {
    const { client } = await mute();
    const ledger = redisLedger(client, { noEviction: true });
    expect(await ledger.open({ nonce: "nonce123", key: "key" })).toMatchObject({ key: "key" });
  });
});

describeWithServers("an operator's word", () => {
  it("counts less than what the store tells", async () => {
    const server = await RedisServer.start("--maxmemory-policy", "allkeys-lru");
    const { client } = await open({ redisUrl: server.url });
    await expect(redisLedger(client, { noEviction: true }).open({ nonce: "n", key: "k" })).rejects.toMatchObject({
      code: "ledger-misconfigured",
      message: expect.stringContaining("allkeys-lru"),
    });
  });
});
