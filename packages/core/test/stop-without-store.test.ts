import { ConversationBroker, toFetchHandler } from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { ada, ben, openSetting } from "./setting.js";
import { faultyStore } from "./store/faulty-store.js";

type Broker = Awaited<ReturnType<typeof openSetting>>["broker"];

/** A started conversation, and then a store that is down. */
async function down(tenant?: string) {
  const state = { down: false };
  const setting = await openSetting({ store: fragile(state) });
  const consumer = tenant === undefined ? ada : { ...ada, tenant };
  const { grant } = await setting.broker.start({ consumer, character: "guide" });
  state.down = true;
  return { ...setting, consumer, state, id: grant.conversation.id, token: grant.consumerAccessToken };
}

const clock = { now: () => 1, setTimeout: () => 0, clearTimeout: () => undefined };
const fragile = (state: { readonly down: boolean }) =>
  faultyStore(
    () => clock,
    (call) => (state.down && call !== "open" ? "not done" : undefined),
  );

describe("while the store is down", () => {
  it("an owner's stop goes through by Equos' own record", async () => {
    const { broker, running, id } = await down();
    expect(await broker.stop({ consumer: ada, id })).toEqual({ conversation: { id, status: "ended" } });
    expect(running()).toEqual([]);
    expect((await broker.stop({ consumer: ada, id })).conversation.status).toBe("ended");
  });

  it("nobody else's does, and a foreign id is not told from none", async () => {
    const { broker, running, id } = await down();
    await expect(broker.stop({ consumer: ben, id })).rejects.toMatchObject({ code: "not-found" });
    await expect(broker.stop({ consumer: ben, id: "con_none" })).rejects.toMatchObject({ code: "not-found" });
    expect(running()).toEqual([id]);
  });

  it("nor what another deployment has started", async () => {
    const { emulator, clock, running, id } = await down();
    const other = new ConversationBroker({
      apiKey: emulator.apiKey,
      endpoint: emulator.url,
      deployment: "other",
      clock,
      logger: { warn: () => undefined, error: () => undefined },
      store: fragile({ down: true }),
    });
    await expect(other.stop({ consumer: ada, id })).rejects.toMatchObject({ code: "not-found" });
    expect(running()).toEqual([id]);
  });

  it.each([
    ["a token alone", (broker: Broker, _: string, token: string) => broker.stopByToken(token)],
    ["a consumer alone", (broker: Broker) => broker.stop({ consumer: ada })],
    ["a page that may come back", (broker: Broker, id: string) => broker.stop({ consumer: ada, id, pageHide: true })],
    ["a tenant's consumer", (broker: Broker, id: string) => broker.stop({ consumer: { ...ada, tenant: "t" }, id })],
  ])("%s decides nothing", async (_, stop) => {
    const { broker, running, id, token } = await down();
    await expect(stop(broker, id, token)).rejects.toMatchObject({ code: "store-unavailable", status: 503 });
    expect(running()).toEqual([id]);
  });

  it("an Equos that cannot be asked decides nothing either", async () => {
    const { broker, emulator, id } = await down();
    emulator.faults.queue("getConversationById", fault.status(500));
    await expect(broker.stop({ consumer: ada, id })).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("starts are refused without a call to Equos, and it learns of the stop when it is back", async () => {
    const { broker, emulator, id, state, pass, events } = await down();
    const before = emulator.requests().length;
    await expect(broker.start({ consumer: ben, character: "guide" })).rejects.toMatchObject({
      code: "store-unavailable",
    });
    await expect(broker.heartbeat({ consumer: ada, id })).rejects.toMatchObject({ code: "store-unavailable" });
    expect(emulator.requests()).toHaveLength(before);
    await broker.stop({ consumer: ada, id });
    state.down = false;
    await broker.reconcile();
    await pass(1);
    expect(events.at(-1)).toMatchObject({ type: "conversation.ended", conversation: id });
  });
});

describe("over HTTP, with a token beside the id", () => {
  const ask = async (body: object, user: string) => {
    const state = await down();
    const handler = toFetchHandler(state.broker as never);
    const headers = { "content-type": "application/json", "x-user": user };
    const sent = JSON.stringify({ id: state.id, token: state.token, ...body });
    const answer = await handler(new Request("http://x.test/stop", { method: "POST", headers, body: sent }));
    return { status: answer.status, running: state.running().length };
  };

  it("the owner's stop goes through, by who the server says that it is", async () => {
    expect(await ask({}, "ada")).toEqual({ status: 200, running: 0 });
  });

  it("nobody else's does, and a page that may be leaving stops nothing", async () => {
    expect(await ask({}, "ben")).toEqual({ status: 404, running: 1 });
    expect(await ask({ leaving: true }, "ada")).toEqual({ status: 503, running: 1 });
  });
});
