import { call, deliveryOf, expectGrant, expectProblem, json } from "@equos-broker/conformance";
import { type Emulator, startEmulator } from "@equos-broker/emulator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithServers, RedisServer, stopServersAfterwards } from "../../../redis/test/support/redis-server.js";
import { startUpstashFront, type UpstashFront } from "../../../redis/test/support/upstash-front.js";
import { install } from "../../src/install.js";
import { type GuestProcess, startGuest } from "../../src/runtimes/guest-process.js";
import { binaryOf, runtimes } from "../../src/runtimes/runtime.js";
import { bundleWorker } from "../../src/runtimes/worker.js";

stopServersAfterwards();

const cronSecret = "the scheduler's own secret, 32 characters";

/** The Worker of docs/adapters.md, on two isolates with one Redis, in real time. */
describeWithServers("Workers", () => {
  let emulator: Emulator;
  let front: UpstashFront;
  let isolates: readonly GuestProcess[] = [];
  beforeAll(async () => {
    emulator = await startEmulator();
    front = await startUpstashFront({ redisUrl: (await RedisServer.start()).url, token: "the store's token" });
    const folder = await install({
      name: "worker",
      ours: ["@equos-broker/core", "@equos-broker/redis"],
      dependencies: { "@upstash/redis": "1.39.0" },
      template: new URL("../../workers/", import.meta.url).pathname,
    });
    const program = await bundleWorker(`${folder}/worker.mjs`, {
      SHOP: "shoes",
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_CHARACTER_ID: emulator.characterId,
      BROKER_SECRET: "the broker's own secret, 32 characters",
      CRON_SECRET: cronSecret,
      REDIS_URL: front.url,
      REDIS_TOKEN: front.token,
    });
    const workerd = runtimes.find(({ entry }) => entry === "workerd");
    if (workerd === undefined) throw new Error("no workerd");
    const binary = await binaryOf(workerd);
    isolates = await Promise.all([1, 2].map(() => startGuest(workerd, binary, program)));
  });
  afterAll(async () => {
    await Promise.all(isolates.map((isolate) => isolate.end()));
    await front?.close();
    await emulator?.close();
  });

  const post = (isolate: 0 | 1, user: string | undefined, path: string, body: unknown, headers = {}) =>
    call(`${isolates[isolate]?.origin}${path}`, {
      ...json(body),
      headers: { ...json(body).headers, ...(user && { "x-user": user }), ...headers },
    });
  const statusOf = (user: string) =>
    emulator.conversations().find(({ consumerIdentity }) => consumerIdentity === `shoes/${user}`)?.status;

  it("give authorize their bindings, and share the store", async () => {
    const started = await post(0, "ada", "/api/equos/start", {});
    const grant = expectGrant(started, 201);
    expect(statusOf("ada")).toBe("running");
    const resumed = await post(1, "ada", "/api/equos/start", {});
    expect(expectGrant(resumed, 200, deliveryOf(started))).toEqual(grant);
    const stopped = await post(1, "ada", "/api/equos/stop", {});
    expect(JSON.parse(stopped.text)).toEqual({ conversation: { id: grant.conversation.id, status: "ended" } });
    expect(statusOf("ada")).toBe("ended");
    expectProblem(await post(0, undefined, "/api/equos/start", {}), 401, "unauthorized");
  });

  it("make one conversation of a double click that reaches both", async () => {
    const answers = await Promise.all([0, 1].map((isolate) => post(isolate as 0 | 1, "ben", "/api/equos/start", {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(emulator.conversations().filter(({ consumerIdentity }) => consumerIdentity === "shoes/ben")).toHaveLength(1);
  });

  it("stop what a page has left by itself, after its request was answered", async () => {
    const started = await post(0, "cy", "/api/equos/start", {});
    expectGrant(started, 201);
    const leaving = await post(0, "cy", "/api/equos/stop", { leaving: true, delivery: deliveryOf(started) });
    expect(JSON.parse(leaving.text)).toMatchObject({ conversation: { status: "running" } });
    // Nobody calls any more: the platform was asked to wait.
    await eventually(() => statusOf("cy") === "ended");
  });

  it("are swept by a scheduler: what nobody joined ends", async () => {
    expectGrant(await post(0, "dee", "/api/equos/start", {}, { "equos-client": "test" }), 201);
    await eventually(async () => {
      const authorization = `Bearer ${cronSecret}`;
      const swept = await post(1, undefined, "/api/equos/cron", {}, { authorization });
      expect([swept.status, JSON.parse(swept.text)]).toMatchObject([200, { swept: true }]);
      return statusOf("dee") === "ended";
    });
    expectProblem(await post(1, undefined, "/api/equos/cron", {}), 401, "unauthorized");
  });

  it("refuse the memory store, since each isolate would have its own", async () => {
    expectProblem(await post(0, "eve", "/forgetful/start", {}), 500, "store-not-shared");
  });

  it("print no key, token or secret", () => {
    const tokens = emulator.conversations().map(({ id }) => emulator.lastStartAnswer(id)?.consumerAccessToken);
    const secrets = [emulator.apiKey, front.token, cronSecret, ...tokens].filter((text) => typeof text === "string");
    expect(secrets.length).toBeGreaterThan(6);
    for (const { printed } of isolates) for (const secret of secrets) expect(printed()).not.toContain(secret);
  });
});

/** Waits for what other processes do in time; the test's own limit ends it. */
async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
