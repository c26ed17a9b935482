import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { officialLikeClient } from "./official-sdk.js";
import { ada, eventually, openSetting } from "./setting.js";

const withOfficial = async (missing: "null" | "empty" | "404" = "null") => {
  const at = { url: "", key: "" };
  const lazily = {
    conversations: {
      startConversation: (...args: never[]) => client().startConversation(...(args as unknown as [never])),
      stopConversation: (...args: never[]) => client().stopConversation(...(args as unknown as [never])),
      getConversationById: (...args: never[]) => client().getConversationById(...(args as unknown as [never])),
      listConversations: (...args: never[]) => client().listConversations(...(args as unknown as [never])),
    },
  };
  const client = () => officialLikeClient(at.url, at.key).conversations;
  const setting = await openSetting({ equos: lazily, apiKey: undefined }, { switches: { missing } });
  at.url = setting.emulator.url;
  at.key = setting.emulator.apiKey;
  return setting;
};

describe("with the official SDK's client", () => {
  it("starts and stops", async () => {
    const { broker, running } = await withOfficial();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    expect(grant.conversation.startedAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect((await broker.stop({ consumer: ada })).conversation.status).toBe("ended");
    expect(running()).toEqual([]);
  });

  it.each(["null", "empty", "404"] as const)("takes %s for an end, where stop finds nothing", async (missing) => {
    const { broker, emulator } = await withOfficial(missing);
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    const stop = officialLikeClient(emulator.url, emulator.apiKey).conversations.stopConversation;
    await stop({ id: grant.conversation.id });
    expect((await broker.stop({ consumer: ada })).conversation.status).toBe("ended");
  });

  it.each([
    [401, "upstream-unauthorized"],
    [429, "upstream-busy"],
    [500, "upstream-error"],
  ])("tells %i as %s, with the message in the log only", async (status, code) => {
    const { broker, emulator } = await withOfficial();
    emulator.faults.queue("startConversation", fault.status(status));
    const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, upstream: { operation: "startConversation", status } });
    expect(error.upstream.detail).not.toBe("");
    expect(error.publicMessage).not.toContain(error.upstream.detail);
  });

  it("reads the beginning of an error that has no end, and lets the rest go", async () => {
    let sent = 0;
    let isGone = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new TextEncoder().encode("no credit ".repeat(1_000)));
      },
      cancel: () => {
        isGone = true;
      },
    });
    // As the official SDK's errors are.
    const failed = () =>
      Promise.reject(Object.assign(new Error("500"), { response: new Response(body, { status: 500 }) }));
    const conversations = {
      startConversation: failed,
      stopConversation: failed,
      getConversationById: failed,
      listConversations: failed,
    };
    const { broker } = await openSetting({ equos: { conversations }, apiKey: undefined });
    const error = await broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
    expect(error.upstream).toMatchObject({ status: 500, detail: expect.stringMatching(/^no credit no credit/) });
    expect(isGone).toBe(true);
    expect(sent).toBeLessThan(10);
  });

  it("knows that a refused connection sent nothing", async () => {
    const setting = await withOfficial();
    await setting.emulator.close();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await setting.broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: "upstream-unreachable", upstream: { detail: "FetchError ECONNREFUSED" } });
    }
  });

  it("gives up the socket at lateResponseSeconds, through the signal that the SDK takes", async () => {
    const { broker, emulator, clock } = await withOfficial();
    emulator.faults.queue("startConversation", fault.silence());
    const start = broker.start({ consumer: ada, character: "guide" }).catch((thrown) => thrown);
    await eventually(() => emulator.requests().length === 1);
    await clock.advance(15_000);
    expect((await start).code).toBe("outcome-unknown");
    await clock.advance(46_000);
    await broker.close();
  });
});
