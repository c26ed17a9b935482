import {
  type AuthorizeContext,
  ConversationBroker,
  cronHandler,
  type Exchange,
  memoryStore,
  toFetchHandler,
} from "@equos-broker/core";
import { describe, expect, it } from "vitest";
import { ada, ben, openSetting, type Setting } from "./setting.js";

const guide = { consumer: ada, character: "guide" };

/** Another server of the same deployment, whose store knows nothing: what a restart or a lost store leaves. */
function withEmptyBooks({ emulator, clock }: Setting, deployment = "test") {
  return new ConversationBroker({
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "U" }),
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: "cha_emulator_guide" },
    clock,
    deployment,
    logger: { warn: () => undefined, error: () => undefined },
    store: memoryStore({ clock }),
  });
}

describe("reconcile", () => {
  it("stops what runs without a record and a consumer, and adopts what a consumer has joined", async () => {
    const setting = await openSetting({}, { switches: { joined: "consumer" } });
    const { broker, emulator, clock, running } = setting;
    const joined = await broker.start(guide);
    const alone = await broker.start({ ...guide, consumer: ben });
    emulator.join(joined.grant.conversation.id);
    await clock.advance(5_000);
    const later = withEmptyBooks(setting);
    const ids = { adopted: [joined.grant.conversation.id], stopped: [alone.grant.conversation.id] };
    expect(await later.reconcile({ dryRun: true })).toMatchObject({ ...ids, dryRun: true, running: 2 });
    expect(running()).toHaveLength(2);
    expect(await later.reconcile()).toMatchObject({ ...ids, dryRun: false });
    expect(running()).toEqual(ids.adopted);
    // Its owner has it still, and its next start takes its place.
    expect((await later.stop({ consumer: ada, id: joined.grant.conversation.id })).conversation.status).toBe("ended");
    expect(running()).toEqual([]);
    expect(await later.reconcile()).toMatchObject({ running: 0, stopped: [], adopted: [] });
  });

  it("gives an adopted conversation to nobody, and stops it before its owner's next one", async () => {
    const setting = await openSetting({}, { switches: { joined: "consumer" } });
    const first = await setting.broker.start(guide);
    setting.emulator.join(first.grant.conversation.id);
    await setting.clock.advance(5_000);
    const later = withEmptyBooks(setting);
    await later.reconcile();
    const second = await later.start({ consumer: ada });
    expect(second.resumed).toBe(false);
    expect(setting.running()).toEqual([second.grant.conversation.id]);
  });

  it("touches nothing of a later installation of the same name, and says so", async () => {
    const setting = await openSetting();
    await setting.broker.sweep();
    await setting.clock.advance(5_000);
    const other = withEmptyBooks(setting);
    await other.start({ consumer: ben });
    const report = await setting.broker.reconcile();
    expect(report.clashes).toHaveLength(1);
    expect(setting.running()).toHaveLength(1);
    expect(setting.types()).toContain("deployment.clash");
  });

  it("touches nothing of another deployment, nor what has a record", async () => {
    const setting = await openSetting();
    await setting.broker.start(guide);
    await withEmptyBooks(setting, "other").start({ consumer: ben });
    await setting.clock.advance(5_000);
    expect(await setting.broker.reconcile()).toMatchObject({
      running: 1,
      stopped: [],
      adopted: [],
      ended: [],
      clashes: [],
    });
    expect(setting.running()).toHaveLength(2);
  });

  it("records the end of what runs only in the store", async () => {
    const setting = await openSetting();
    const { grant } = await setting.broker.start(guide);
    const stop = `${setting.emulator.url}/v3/conversations/${grant.conversation.id}/stop`;
    await fetch(stop, { method: "POST", headers: { "x-api-key": setting.emulator.apiKey } });
    expect(await setting.broker.reconcile()).toMatchObject({ ended: [grant.conversation.id] });
    expect(setting.events.at(-1)).toMatchObject({ type: "conversation.ended", reason: "upstream" });
  });

  it("finds what the team files under segments of its own", async () => {
    const client = ({ consumer }: { consumer: { identity: string } }) => `plan/${consumer.identity}`;
    const setting = await openSetting({ client });
    for (let index = 0; index < 60; index += 1) {
      await setting.broker.start({ consumer: { identity: `u${index}`, name: "U" }, character: "guide" });
    }
    await setting.clock.advance(5_000);
    const later = new ConversationBroker({
      apiKey: setting.emulator.apiKey,
      endpoint: setting.emulator.url,
      deployment: "test",
      client,
      clock: setting.clock,
      store: memoryStore({ clock: setting.clock }),
    });
    expect((await later.reconcile()).stopped).toHaveLength(60);
    expect(setting.running()).toEqual([]);
  });

  it("without a deployment does nothing", async () => {
    const { broker } = await openSetting({ deployment: undefined });
    await expect(broker.reconcile()).rejects.toMatchObject({ code: "deployment-missing" });
  });
});

describe("cronHandler", () => {
  const secret = "c".repeat(32);
  const call = async (broker: Setting["broker"], bearer: string | undefined, method = "GET") => {
    const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const handler = toFetchHandler(cronHandler(broker, { secret }));
    return await handler(new Request("http://shop.test/api/equos/cron", { method, headers }));
  };

  it.each(["GET", "POST"])("sweeps and reconciles on %s", async (method) => {
    const setting = await openSetting();
    await setting.broker.start(guide);
    await setting.clock.advance(5_000);
    const answer = await call(withEmptyBooks(setting) as never, secret, method);
    expect(answer.status).toBe(200);
    const counts = { running: 1, stopped: 1, adopted: 0, ended: 0, clashes: 0 };
    expect(await answer.json()).toEqual({ swept: true, reconciled: counts });
    expect(setting.running()).toEqual([]);
  });

  it("only sweeps where there is no deployment", async () => {
    const { broker } = await openSetting({ deployment: undefined });
    expect(await (await call(broker, secret)).json()).toEqual({ swept: true, reconciled: null });
  });

  it.each([undefined, "", "wrong", "c".repeat(31), "c".repeat(33)])("refuses the secret %j", async (bearer) => {
    const setting = await openSetting();
    expect((await call(setting.broker, bearer)).status).toBe(401);
    expect(setting.emulator.requests()).toEqual([]);
  });

  it("takes no other method, and no short secret", async () => {
    const { broker } = await openSetting();
    const refused = await call(broker, secret, "DELETE");
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, POST"]);
    expect(await refused.json()).toMatchObject({ code: "method-not-allowed", detail: "Use GET or POST." });
    expect(() => cronHandler(broker, { secret: "short" })).toThrow(/at least 32 characters/);
  });

  it("logs what failed, without what others threw", async () => {
    const lines: unknown[] = [];
    const logger = { warn: () => undefined, error: (...line: unknown[]) => void lines.push(line) };
    const failing = {
      sweep: () => Promise.reject(new Error("secret of somebody's")),
      reconcile: () => Promise.reject(),
    };
    const handler = cronHandler(failing, { secret });
    const exchange: Exchange = {
      ...{ method: "GET", action: "cron", clientIp: undefined, native: undefined, logger },
      header: (name) => (name === "authorization" ? `Bearer ${secret}` : undefined),
      readBody: async () => undefined,
      signal: new AbortController().signal,
      waitUntil: () => undefined,
    };
    expect((await handler.handle(exchange))?.status).toBe(500);
    expect(JSON.stringify(lines)).toContain("internal-error");
    expect(JSON.stringify(lines)).not.toContain("somebody");
  });

  it("says so when its secret is missing, and does nothing", async () => {
    const { broker } = await openSetting();
    const unset = toFetchHandler(cronHandler(broker, { secret: undefined }));
    const headers = { authorization: "Bearer undefined" };
    const answer = await unset(new Request("http://shop.example/cron", { method: "POST", headers }));
    expect([answer.status, await answer.json()]).toEqual([500, expect.objectContaining({ code: "secret-missing" })]);
  });
});
