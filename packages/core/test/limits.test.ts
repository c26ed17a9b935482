import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type AuthorizeContext,
  ConversationBroker,
  type Exchange,
  type NodeRequest,
  toFetchHandler,
  toNodeHandler,
} from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { ada, ben, openSetting, outcome } from "./setting.js";

const guide = { consumer: ada, character: "guide" };
const coach = { consumer: ada, character: "coach" };
const by = (index: number) => ({ consumer: { identity: `u${index}`, name: "U" }, character: "guide" });

const coded = (promise: Promise<unknown>) =>
  promise.then(
    () => "started",
    (error: { code: string }) => error.code,
  );

describe("perConsumer.active", () => {
  it("lets a consumer have several, each its own", async () => {
    const { broker, running } = await openSetting({ limits: { perConsumer: { active: 2 } } });
    const first = await broker.start(guide);
    const second = await broker.start(coach);
    expect(running()).toHaveLength(2);
    expect((await broker.start(guide)).grant).toEqual(first.grant);
    await expect(broker.stop({ consumer: ada })).rejects.toMatchObject({ code: "several-conversations" });
    await broker.stop({ consumer: ada, id: second.grant.conversation.id });
    expect(running()).toEqual([first.grant.conversation.id]);
  });

  it("of 50 starts at once for different things starts no more than it says", async () => {
    const { broker, emulator, clock } = await openSetting({
      limits: { perConsumer: { active: 3 } },
      whenActive: { other: "reject" },
      characters: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`c${i}`, "cha_emulator_guide"])),
      input: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } },
    });
    const starts = Array.from({ length: 50 }, (_, i) =>
      coded(broker.start({ consumer: ada, character: `c${i}`, input: i })),
    );
    const codes = (await outcome(clock, Promise.all(starts))) as string[];
    expect(codes.filter((code) => code === "started")).toHaveLength(3);
    expect(emulator.conversations()).toHaveLength(3);
  });
});

describe("overall.active", () => {
  it("refuses everybody beyond, without figures, and takes the next when one has ended", async () => {
    const { broker, clock, emulator } = await openSetting({ limits: { overall: { active: 5 } } });
    const starts = Array.from({ length: 30 }, (_, index) => coded(broker.start(by(index))));
    const codes = (await outcome(clock, Promise.all(starts))) as string[];
    expect(codes.filter((code) => code === "started")).toHaveLength(5);
    expect(codes.filter((code) => code === "at-capacity")).toHaveLength(25);
    expect(emulator.conversations()).toHaveLength(5);
    const error = await broker.start(guide).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ status: 503, quotas: [] });
    expect(JSON.stringify({ ...error })).not.toContain("5}");
    const [one] = emulator.conversations();
    await broker.forceStop(one?.id ?? "");
    expect(await coded(broker.start(guide))).toBe("started");
  });

  it("does not count what a start replaces", async () => {
    const { broker } = await openSetting({ limits: { overall: { active: 1 } } });
    await broker.start(guide);
    expect(await coded(broker.start(coach))).toBe("started");
    expect(await coded(broker.start({ ...guide, consumer: ben }))).toBe("at-capacity");
  });
});

describe("starts", () => {
  const limits = { perConsumer: { starts: { max: 3, perSeconds: 3600 } } };
  const fresh = { ...guide, fresh: true };

  it("are counted per consumer and window, a resume is none", async () => {
    const { broker, clock } = await openSetting({ limits });
    await broker.start(guide);
    await broker.start(guide);
    for (let more = 0; more < 2; more += 1) await broker.start(fresh);
    const error = await broker.start(fresh).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "too-many-starts",
      status: 429,
      quotas: [{ name: "starts", limit: 3, left: 0 }],
    });
    expect(await coded(broker.start({ ...fresh, consumer: ben }))).toBe("started");
    await clock.advance(3_600_000);
    expect(await coded(broker.start(fresh))).toBe("started");
  });

  it("that were never sent are not counted, and stop nothing", async () => {
    const { broker, emulator, running } = await openSetting({ limits });
    for (let attempt = 0; attempt < 6; attempt += 1) {
      emulator.faults.queue("startConversation", fault.status(400));
      expect(await coded(broker.start(guide))).toBe("upstream-rejected");
    }
    for (let more = 0; more < 3; more += 1) await broker.start(fresh);
    const before = running();
    // The former conversation is only replaced by one that may start.
    expect(await coded(broker.start(fresh))).toBe("too-many-starts");
    expect(running()).toEqual(before);
  });

  it("are counted by address, and by /64", async () => {
    const { broker } = await openSetting({ limits: { perIp: { starts: { max: 2, perSeconds: 60 } } } });
    expect(await coded(broker.start({ ...by(1), ip: "2001:db8:1:2::1" }))).toBe("started");
    expect(await coded(broker.start({ ...by(2), ip: "2001:db8:1:2:ffff::9" }))).toBe("started");
    expect(await coded(broker.start({ ...by(3), ip: "2001:db8:1:2::77" }))).toBe("too-many-starts");
    expect(await coded(broker.start({ ...by(3), ip: "2001:db8:1:3::77" }))).toBe("started");
    expect(await coded(broker.start(by(4)))).toBe("started");
  });
});

describe("perIp", () => {
  it("counts the address that toNodeHandler's option returns", async () => {
    const { broker } = await openSetting({ limits: { perIp: { starts: { max: 1, perSeconds: 60 } } } });
    const clientIp = ({ headers }: NodeRequest) => String(headers["x-real-ip"]);
    const server = createServer(toNodeHandler(broker, { clientIp }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const start = async (user: string, address: string) => {
      const headers = { "content-type": "application/json", "x-user": user, "x-real-ip": address };
      const { port } = server.address() as AddressInfo;
      const init = { method: "POST", headers, body: JSON.stringify({ character: "guide" }) };
      return (await fetch(`http://127.0.0.1:${port}/start`, init)).status;
    };
    expect(await start("a", "203.0.113.1")).toBe(201);
    expect(await start("b", "203.0.113.2")).toBe(201);
    expect(await start("c", "203.0.113.1")).toBe(429);
  });

  it.each([
    ["10.0.3.7", "x-forwarded-for", true],
    ["::ffff:172.20.0.2", "forwarded", true],
    ["fd00::1", "x-forwarded-for", true],
    ["203.0.113.8", "x-forwarded-for", false],
    ["10.0.3.7", "x-real-ip", false],
  ])("the address %s beside %s: warns once of a proxy that is not trusted: %s", async (clientIp, header, isWarned) => {
    const { broker, log } = await openSetting({ limits: { perIp: { starts: { max: 9, perSeconds: 60 } } } });
    const handler = toFetchHandler(broker, { clientIp: () => clientIp });
    for (const user of ["ada", "ben"]) {
      const headers = { "content-type": "application/json", "x-user": user, [header]: "198.51.100.7" };
      const body = JSON.stringify({ character: "guide" });
      expect((await handler(new Request("http://x.test/start", { method: "POST", headers, body }))).status).toBe(201);
    }
    const warnings = log.filter(({ message }) => message.startsWith("limits.perIp counts all clients as one"));
    expect(warnings).toHaveLength(isWarned ? 1 : 0);
  });

  const ip = "2001:db8::1";

  it("active: limits the conversations of one address, and frees a place when one ends", async () => {
    const { broker, clock, log } = await openSetting({ limits: { perIp: { active: 2 } } });
    const starts = Array.from({ length: 10 }, (_, index) =>
      coded(broker.start({ ...by(index), ip: `[2001:db8::${index + 1}]:${50_000 + index}` })),
    );
    const codes = (await outcome(clock, Promise.all(starts))) as string[];
    expect(codes.toSorted()).toEqual([...Array(8).fill("at-capacity"), "started", "started"]);
    const error = await broker.start({ ...guide, ip }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 503, quotas: [], retryAfterSeconds: 15 });
    expect((error as Error).message).toBe("The limit ip-active is reached");
    expect(await coded(broker.start({ ...guide, ip: "192.0.2.1" }))).toBe("started");
    const winner = codes.indexOf("started");
    // Its replacement takes its place.
    expect(await coded(broker.start({ ...by(winner), ip, fresh: true }))).toBe("started");
    await broker.stop(by(winner));
    expect(await coded(broker.start({ ...by(10), ip }))).toBe("started");
    expect(log).toEqual([]);
  });

  it("active: counts the consumers without that limit too, if limits depend on the consumer", async () => {
    const { broker } = await openSetting({
      limits: ({ consumer }) => (consumer.identity === "ada" ? { perIp: { active: 1 } } : {}),
    });
    await broker.start({ ...guide, consumer: ben, ip });
    expect(await coded(broker.start({ ...guide, ip }))).toBe("at-capacity");
    expect(await coded(broker.start(guide))).toBe("started");
  });

  it("seconds: cannot take what all have, are given back, and show no figures", async () => {
    const { broker, clock } = await openSetting({
      limits: {
        perIp: { seconds: { max: 900, perSeconds: 86_400 } },
        overall: { seconds: { max: 9000, perSeconds: 86_400 } },
      },
    });
    expect((await broker.start({ ...by(1), ip })).grant.conversation.maxSeconds).toBe(600);
    expect((await broker.start({ ...by(2), ip })).grant.conversation.maxSeconds).toBe(300);
    const error = await broker.start({ ...by(3), ip }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "seconds-used-up", status: 429, quotas: [] });
    expect((error as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(15);
    expect((await broker.start({ ...by(4), ip: "192.0.2.1" })).grant.conversation.maxSeconds).toBe(600);
    await clock.advance(100_000);
    await broker.stop(by(1));
    expect((await broker.start({ ...by(3), ip })).grant.conversation.maxSeconds).toBe(500);
  });
});

describe("seconds", () => {
  it("shorten a conversation to what is left, and refuse below 30", async () => {
    const limits = { maxSeconds: 600, perConsumer: { active: 5, seconds: { max: 1210, perSeconds: 86_400 } } };
    const { broker, emulator } = await openSetting({
      limits,
      input: { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } },
    });
    const lengths: number[] = [];
    for (const input of [1, 2]) lengths.push((await broker.start({ ...guide, input })).grant.conversation.maxSeconds);
    expect(lengths).toEqual([600, 600]);
    expect(await coded(broker.start({ ...guide, input: 3 }))).toBe("seconds-used-up");
    expect(emulator.conversations()).toHaveLength(2);
  });

  it("are given back at the end, by Equos' times, once", async () => {
    const limits = { maxSeconds: 600, perConsumer: { seconds: { max: 700, perSeconds: 86_400 } } };
    const { broker, clock } = await openSetting({ limits });
    await broker.start(guide);
    await clock.advance(100_000);
    await broker.stop({ consumer: ada });
    await broker.stop({ consumer: ada }).catch(() => undefined);
    expect((await broker.start(guide)).grant.conversation.maxSeconds).toBe(600);
    await clock.advance(50_000);
    await broker.stop({ consumer: ada });
    expect((await broker.start(guide)).grant.conversation.maxSeconds).toBe(550);
  });

  it("overall are told to nobody", async () => {
    const { broker } = await openSetting({ limits: { overall: { seconds: { max: 900, perSeconds: 3600 } } } });
    await broker.start(guide);
    expect((await broker.start(by(1))).grant.conversation.maxSeconds).toBe(300);
    const error = await broker.start(by(2)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "at-capacity", quotas: [] });
  });
});

it("limits may differ by plan", async () => {
  const { broker } = await openSetting({
    limits: ({ consumer }) => (consumer.identity === "ada" ? { maxSeconds: 1200 } : { maxSeconds: 60 }),
  });
  expect((await broker.start(guide)).grant.conversation.maxSeconds).toBe(1200);
  expect((await broker.start({ ...guide, consumer: ben })).grant.conversation.maxSeconds).toBe(60);
});

it("a consumer's quotas are told in RateLimit headers, with a grant and with a refusal", async () => {
  const { emulator, clock } = await openSetting();
  const handler = toFetchHandler(
    new ConversationBroker({
      authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "U" }),
      apiKey: emulator.apiKey,
      endpoint: emulator.url,
      characters: { guide: "cha_emulator_guide" },
      clock,
      limits: { perConsumer: { starts: { max: 1, perSeconds: 60 }, seconds: { max: 3600, perSeconds: 86_400 } } },
    }),
  );
  const start = async () => {
    const headers = { "content-type": "application/json", "x-user": "ada" };
    return await handler(
      new Request("http://x.test/start", { method: "POST", headers, body: JSON.stringify({ fresh: true }) }),
    );
  };
  const first = await start();
  expect(first.status).toBe(201);
  expect(first.headers.get("ratelimit-policy")).toBe('"starts";q=1;w=60, "seconds";q=3600;qu="equos-seconds";w=86400');
  expect(first.headers.get("ratelimit")).toMatch(/^"starts";r=0;t=\d+, "seconds";r=3000;t=\d+$/);
  const second = await start();
  expect(second.status).toBe(429);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(second.headers.get("ratelimit")).toMatch(/^"starts";r=0;t=\d+/);
});

it("100,000 attempts of one consumer are refused before the store, and nothing piles up", async () => {
  let asked = 0;
  const down = () => Promise.reject(asked++);
  const operations = { open: down, load: down, save: down, claimDue: down, list: down, acquireLease: down };
  const broker = new ConversationBroker({
    authorize: () => ({ identity: "ada", name: "Ada" }),
    apiKey: "sk_test",
    characters: { guide: "cha" },
    store: { shared: false, ...operations, updateMeta: down },
    logger: { warn: () => undefined, error: () => undefined },
  });
  const exchange: Exchange = {
    method: "POST",
    action: "start",
    header: (name) => (name === "content-type" ? "application/json" : undefined),
    readBody: async () => ({}),
    clientIp: "192.0.2.1",
    signal: new AbortController().signal,
    native: undefined,
    waitUntil: () => undefined,
  };
  const codes = new Map<number, number>();
  const ask = async () => {
    const status = (await broker.handle(exchange))?.status ?? 0;
    codes.set(status, (codes.get(status) ?? 0) + 1);
  };
  for (let attempt = 0; attempt < 20_000; attempt += 1) await ask();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let attempt = 0; attempt < 80_000; attempt += 1) await ask();
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 * 1024);
  // 60 in each window of ten seconds, of which there were a few.
  expect(asked).toBeLessThan(60 * 30);
  expect(codes.get(429)).toBeGreaterThan(90_000);
});

/** Node has it under a flag only; what is not yet collected is no leak. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
