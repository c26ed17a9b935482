import { Agent, request } from "node:http";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it, vi } from "vitest";
import { emulatorFor, postStart, send, startBody, startedId, stop } from "./support.js";

describe("the queue", () => {
  it("hits as often as said, in order, and only its operation", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("startConversation", fault.status(500, { times: 2 }));
    emulator.faults.queue("startConversation", fault.status(418));
    emulator.faults.queue("listConversations", fault.status(501, { times: Number.POSITIVE_INFINITY }));
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await postStart(emulator)).status);
    for (let turn = 0; turn < 2; turn += 1) statuses.push((await send(emulator, "GET", "/v3/conversations")).status);
    expect(statuses).toEqual([500, 500, 418, 201, 501, 501]);
    emulator.faults.clear("listConversations");
    expect((await send(emulator, "GET", "/v3/conversations")).status).toBe(200);
    expect(() => emulator.faults.queue("startConversation", { times: 0 })).toThrow(RangeError);
  });

  it("hits only the consumer it is meant for, on start and on stop", async () => {
    const emulator = await emulatorFor();
    const ofBob = {
      when: ({ consumerIdentity }: { consumerIdentity: string | undefined }) => consumerIdentity === "bob",
    };
    emulator.faults.queue("startConversation", fault.afterCreate.status(500, ofBob));
    emulator.faults.queue("stopConversation", fault.status(503, ofBob));
    const ada = await startedId(emulator);
    expect((await postStart(emulator, { consumer: { identity: "bob", name: "Bob" } })).status).toBe(500);
    const bob = emulator.conversations().find(({ consumerIdentity }) => consumerIdentity === "bob")?.id ?? "";
    expect([(await stop(emulator, ada)).status, (await stop(emulator, bob)).status]).toEqual([201, 503]);
  });

  it("shows a predicate the body and the id", async () => {
    const emulator = await emulatorFor();
    const when = vi.fn(() => false);
    emulator.faults.queue("startConversation", fault.status(500, { when }));
    emulator.faults.queue("getConversationById", fault.status(500, { when }));
    const id = await startedId(emulator);
    await send(emulator, "GET", `/v3/conversations/${id}`);
    expect(when.mock.calls).toEqual([
      [{ operation: "startConversation", id: undefined, consumerIdentity: "ada", body: startBody(emulator) }],
      [{ operation: "getConversationById", id, consumerIdentity: "ada", body: undefined }],
    ]);
  });

  it("is not used up by requests without the key", async () => {
    const emulator = await emulatorFor();
    emulator.faults.queue("startConversation", fault.status(500));
    await postStart(emulator, {}, { headers: {} });
    expect(emulator.faults.pending()).toBe(1);
  });

  it("turns a predicate that throws into a 500", async () => {
    const emulator = await emulatorFor();
    const when = () => {
      throw new Error("broken predicate");
    };
    emulator.faults.queue("startConversation", fault.status(418, { when }));
    const response = await postStart(emulator);
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining("broken predicate")]);
  });
});

it("keeps connections alive between requests, faults included", async () => {
  const emulator = await emulatorFor();
  emulator.faults.queue("listConversations", fault.status(500));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const reused: boolean[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise<void>((resolve, reject) => {
      const headers = { "x-api-key": emulator.apiKey };
      const sent = request(`${emulator.url}/v3/conversations`, { agent, headers }, (response) => {
        response.resume().once("end", () => resolve());
      });
      sent.once("error", reject).once("finish", () => reused.push(sent.reusedSocket));
      sent.end();
    });
  }
  agent.destroy();
  expect(reused).toEqual([false, true, true]);
});
