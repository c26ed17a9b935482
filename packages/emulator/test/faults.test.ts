import { type Fault, fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { emulatorFor, postStart } from "./support.js";

async function startUnder(...faults: Fault[]) {
  const emulator = await emulatorFor();
  for (const each of faults) emulator.faults.queue("startConversation", each);
  const response = await postStart(emulator).catch((error: unknown) => error);
  return {
    emulator,
    response: response instanceof Response ? response : undefined,
    count: emulator.conversations().length,
  };
}

describe("faults that answer", () => {
  it("answers a status with a NestJS-like body, once, without carrying out", async () => {
    const { emulator, response, count } = await startUnder(fault.status(503));
    expect(response?.status).toBe(503);
    expect(await response?.json()).toEqual({
      statusCode: 503,
      message: "Queued fault 503",
      error: "Service Unavailable",
    });
    expect([count, emulator.faults.pending()]).toEqual([0, 0]);
    expect((await postStart(emulator)).status).toBe(201);
  });

  it("answers one's own body and type", async () => {
    const { response } = await startUnder(fault.status(402, { body: "no credit", contentType: "text/plain" }));
    expect([response?.status, response?.headers.get("content-type"), await response?.text()]).toEqual([
      402,
      "text/plain",
      "no credit",
    ]);
  });

  it("answers another 2xx and carries out", async () => {
    const { response, count } = await startUnder(fault.status(200));
    expect([response?.status, count]).toEqual([200, 1]);
    expect(await response?.json()).toHaveProperty("conversation.id");
  });

  it("answers 429 with Retry-After", async () => {
    const { response } = await startUnder(fault.tooMany(17));
    expect([response?.status, response?.headers.get("retry-after")]).toEqual([429, "17"]);
  });

  it("answers HTML", async () => {
    const { response } = await startUnder(fault.html());
    expect([response?.status, response?.headers.get("content-type")]).toEqual([502, "text/html; charset=utf-8"]);
    expect(await response?.text()).toContain("<!doctype html>");
  });

  it.each([
    ["without creating", fault.empty(), 0],
    ["after creating", fault.afterCreate.empty(), 1],
  ])("answers an empty 201 %s", async (_, queued, conversations) => {
    const { response, count } = await startUnder(queued);
    expect([response?.status, await response?.text(), count]).toEqual([201, "", conversations]);
  });

  it("answers a 204", async () => {
    const { response, count } = await startUnder(fault.afterCreate.status(204));
    expect([response?.status, await response?.text(), count]).toEqual([204, "", 1]);
  });

  it("answers JSON that breaks off in a complete answer", async () => {
    const { response, count } = await startUnder(fault.afterCreate.truncated());
    expect([response?.status, count]).toEqual([201, 1]);
    await expect(response?.json()).rejects.toThrow(SyntaxError);
  });

  it("redirects", async () => {
    const { response, count } = await startUnder(fault.redirect("http://127.0.0.1:1/elsewhere"));
    expect([response?.status, response?.headers.get("location"), count]).toEqual([
      302,
      "http://127.0.0.1:1/elsewhere",
      0,
    ]);
  });

  it("answers 5xx although the conversation was created", async () => {
    const { response, count } = await startUnder(fault.afterCreate.status(500));
    expect([response?.status, count]).toEqual([500, 1]);
  });

  it("refuses without saying how", async () => {
    const { response, count } = await startUnder({ after: "refuse" });
    expect([response?.status, count]).toEqual([503, 0]);
  });

  it.each([
    ["serverUrl", fault.nullServerUrl(), "conversation.serverUrl"],
    ["consumerAccessToken", fault.nullToken(), "consumerAccessToken"],
  ])("answers a null %s", async (_, queued, path) => {
    const { response, count } = await startUnder(queued);
    expect([response?.status, count]).toEqual([201, 1]);
    expect(await response?.json()).toHaveProperty(path, null);
  });

  it("changes the answer, never the emulator's own", async () => {
    const { emulator, response } = await startUnder(
      fault.answer((answer) => Object.assign(Object(answer), { added: 1 })),
    );
    expect(await response?.json()).toMatchObject({ added: 1, conversation: { status: "running" } });
    expect(emulator.lastStartAnswer(emulator.conversations()[0]?.id ?? "")).not.toHaveProperty("added");
  });
});

describe("faults of the socket", () => {
  it.each([
    ["before creating", fault.drop(), 0],
    ["after creating", fault.afterCreate.drop(), 1],
  ])("drops it %s", async (_, queued, conversations) => {
    const { response, count } = await startUnder(queued);
    expect([response, count]).toEqual([undefined, conversations]);
  });

  it("closes it in the middle of the answer", async () => {
    const { response, count } = await startUnder(fault.half());
    expect([response?.status, count]).toEqual([201, 1]);
    await expect(response?.text()).rejects.toThrow();
  });
});
