import { BrokerError, ConversationBroker } from "@equos-broker/core";
import { Redis as Upstash } from "@upstash/redis";
import { expect, it, onTestFinished } from "vitest";
import { redisLedger } from "../src/index.js";
import { commitRequest, Desk, reserveRequest, TestClock } from "./support/desk.js";
import { anyRedis, describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { startUpstashFront } from "./support/upstash-front.js";

stopServersAfterwards();

async function open(options: { redisUrl?: string; token?: string } = {}) {
  const redisUrl = options.redisUrl ?? (await anyRedis());
  const front = await startUpstashFront({ redisUrl, token: "the right token" });
  onTestFinished(() => front.close());
  const client = new Upstash({
    url: front.url,
    token: options.token ?? front.token,
    enableTelemetry: false,
    retry: { retries: 2, backoff: () => 0 },
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

  it("is unavailable, and says why without the command, for what HTTP can bring", async () => {
    const logged: string[] = [];
    const log = (details: object, message: string) => void logged.push(`${message} ${JSON.stringify(details)}`);
    const secret = "a secret of this test, 32 characters";
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
