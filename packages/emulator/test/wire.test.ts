import { readFileSync } from "node:fs";
import { request } from "node:http";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { emulatorFor, postStart, send, startBody, started, startedId, stop } from "./support.js";

const documentFile = new URL("../../api/equos-v3.openapi.yaml", import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "equos", ...parse(readFileSync(documentFile, "utf8")) });

function expectSchema(name: string, value: unknown): void {
  const validate = ajv.compile({ $ref: `equos#/components/schemas/${name}` });
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

describe("answers fit the OpenAPI document", () => {
  it("start answers 201 with the whole character", async () => {
    const emulator = await emulatorFor();
    const response = await postStart(emulator, {
      client: "shop",
      remoteAgent: { identity: "agent", name: "Agent" },
      promptCtx: "context",
      promptTemplateVars: { plan: "pro" },
      maxSeconds: 120,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const answer = await response.json();
    expectSchema("CreateEquosConversationResponse", answer);
    expect(answer).toMatchObject({
      consumerAccessToken: expect.stringMatching(/^eyJ/),
      remoteAgentAccessToken: expect.stringMatching(/^eyJ/),
      conversation: {
        status: "running",
        client: "shop",
        maxSeconds: 120,
        serverUrl: "wss://emulator.equos.invalid",
        joinedAt: null,
        endedAt: null,
        promptCtx: "context",
        promptTemplateVars: { plan: "pro" },
        character: {
          id: "cha_emulator_guide",
          name: "Guide",
          brain: { instructions: expect.stringContaining(emulator.systemPrompt) },
          knowledgeBase: { documents: [expect.objectContaining({ status: "indexed" })] },
          face: { identity: "tommy" },
          voice: { identity: "Kore" },
        },
      },
    });
  });

  it("get 200, list 200 and stop 201 answer without the character", async () => {
    const emulator = await emulatorFor();
    const id = await startedId(emulator);
    const get = await send(emulator, "GET", `/v3/conversations/${id}`);
    const list = await send(emulator, "GET", "/v3/conversations");
    const stopped = await stop(emulator, id);
    expect([get.status, list.status, stopped.status]).toEqual([200, 200, 201]);
    const [one, page, ended] = [await get.json(), await list.json(), await stopped.json()];
    expectSchema("EquosConversation", one);
    expectSchema("EquosConversation", ended);
    expectSchema("ListEquosConversationsResponse", page);
    expect(one).not.toHaveProperty("character");
    expect(ended).not.toHaveProperty("character");
    expect(page).toMatchObject({ skip: 0, take: 20, total: 1, conversations: [one] });
    expect(ended).toMatchObject({ id, status: "ended", endedAt: expect.any(String) });
  });

  it("answers without tokens where nobody was named", async () => {
    const emulator = await emulatorFor();
    const { consumerAccessToken, remoteAgentAccessToken } = await started(emulator, { consumer: null });
    expect([consumerAccessToken, remoteAgentAccessToken]).toEqual([null, null]);
  });

  it("points to the caller's own LiveKit server, for which it cannot sign", async () => {
    const emulator = await emulatorFor();
    const host = { serverUrl: "wss://own.invalid", accessToken: "own" };
    const { conversation, consumerAccessToken } = await started(emulator, { host });
    expect([conversation.serverUrl, conversation.room, consumerAccessToken]).toEqual(["wss://own.invalid", null, null]);
  });

  it("uses given characters, complete and valid", async () => {
    const emulator = await emulatorFor({ characters: { cha_own: { name: "Own", brain: null } } });
    expect(emulator.characterIds).toEqual(["cha_own"]);
    const answer = await started(emulator);
    expectSchema("CreateEquosConversationResponse", answer);
    expect(answer.conversation.character).toMatchObject({ id: "cha_own", name: "Own", brain: null });
    await expect(emulatorFor({ characters: {} })).rejects.toThrow("at least one character");
  });
});

describe("refusals", () => {
  it.each([
    ["no key", {}],
    ["a wrong key", { "x-api-key": "sk_emulator_wrong" }],
  ])("answers 401 to %s", async (_, headers) => {
    const emulator = await emulatorFor();
    const response = await postStart(emulator, {}, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ statusCode: 401, message: "Unauthorized", error: "Unauthorized" });
    expect(emulator.conversations()).toEqual([]);
  });

  it.each([
    ["evil.example", 403],
    ["127.0.0.1.nip.io:4010", 403],
    ["localhost.evil.example", 403],
    ["LOCALHOST:4010", 200],
    ["[::1]:4010", 200],
    ["192.168.1.5", 200],
    ["host.docker.internal:4010", 200],
  ])("under the name %s, where DNS may lead a browser of another site: %d", async (host, status) => {
    const emulator = await emulatorFor();
    const headers = { host, "x-api-key": emulator.apiKey };
    for (const path of ["/v3/health", "/v3/characters"]) {
      const call = request(emulator.url + path, { headers });
      const answered = new Promise((resolve) => call.once("response", (response) => resolve(response.statusCode)));
      call.end();
      expect(await answered).toBe(status);
    }
  });

  it("tells its health without a key", async () => {
    const emulator = await emulatorFor();
    const response = await fetch(`${emulator.url}/v3/health`);
    expect(response.status).toBe(200);
    expectSchema("HealthResponse", await response.json());
  });

  it.each([
    ["GET", "/v3"],
    ["GET", "//"],
    ["GET", "/v3/sessions"],
    ["POST", "//v3/conversations"],
    ["PUT", "/v3/conversations"],
    ["DELETE", "/v3/conversations/con_1"],
    ["GET", "/v3/conversations/con_1/stop"],
    ["GET", "/v3//conversations"],
    ["GET", "/v3/conversations//"],
    ["OPTIONS", "/v3/conversations"],
    ["HEAD", "/v3/sessions"],
    ["HEAD", "/v3/conversations/con_1/stop"],
  ])("answers 404 to %s %s", async (verb, path) => {
    const emulator = await emulatorFor();
    expect((await send(emulator, verb, path)).status).toBe(404);
  });

  it.each([
    ["malformed JSON", "{", "The body is not valid JSON"],
    ["JSON nested too deeply", "[".repeat(101) + "]".repeat(101), "The body is nested too deeply"],
    ["no body", undefined, ["body must be object"]],
    ["a missing field", { name: "x" }, ["body must have required property 'characterId'"]],
    ["a wrong type", { name: 7, characterId: "cha_emulator_guide" }, ["name must be string"]],
    ["an unknown field", { name: "x", characterId: "c", extra: 1 }, ["property extra should not exist"]],
    [
      "an empty identity",
      { name: "x", characterId: "c", consumer: { identity: "", name: "" } },
      ["consumer.identity should not be empty"],
    ],
  ])("answers 400 to %s", async (_, body, message) => {
    const emulator = await emulatorFor();
    const response = await send(emulator, "POST", "/v3/conversations", body);
    expect(await response.json()).toEqual({ statusCode: 400, message, error: "Bad Request" });
    expect(emulator.conversations()).toEqual([]);
  });

  it("answers 404 for a character that does not exist", async () => {
    const emulator = await emulatorFor();
    expect((await postStart(emulator, { characterId: "cha_none" })).status).toBe(404);
  });

  it("answers 413 above 1 MiB and goes on serving", async () => {
    const emulator = await emulatorFor();
    expect((await postStart(emulator, { promptCtx: "x".repeat(1_048_576) })).status).toBe(413);
    expect((await postStart(emulator, { promptCtx: "x".repeat(1_000_000) })).status).toBe(201);
  });

  it("survives clients that hang up or speak nonsense", async () => {
    const emulator = await emulatorFor();
    const half = request(`${emulator.url}/v3/conversations`, { method: "POST", headers: { "content-length": "100" } });
    const closed = new Promise((resolve) => half.once("close", resolve).once("error", () => {}));
    half.write("{", () => half.destroy());
    await closed;
    expect((await postStart(emulator)).status).toBe(201);
  });
});

// As NestJS on Express; measured with @nestjs/core 11 and its ParseFloatPipe.
describe("odd requests that NestJS takes", () => {
  it.each([
    ["take=20.0&skip=0.0", { take: 20, skip: 0 }],
    ["take=2e1&skip=+1", { take: 20, skip: 1 }],
    ["take=%20.5e1%20&skip=-0", { take: 5, skip: 0 }],
    ["take=20.9&skip=0.9", { take: 20, skip: 0 }],
    ["take=-1", { take: 0, skip: 0, conversations: [] }],
    ["skip=1e21", { take: 20, skip: 1e21, conversations: [] }],
    ["page=2&Take=1&take[]=3&page=4", { take: 20, skip: 0 }],
  ])("lists by %s", async (query, page) => {
    const emulator = await emulatorFor();
    await postStart(emulator);
    const response = await send(emulator, "GET", `/v3/conversations?${query}`);
    expect(await response.json()).toMatchObject({ total: 1, ...page });
  });

  it.each([
    ...["take=", "take", "take=%20", "take=NaN", "take=Infinity", "take=1e999", "take=true", "take=null", "take=20abc"],
    ...["take=1_0", "take=5&take=7", "skip=-1", "skip=-0.5", "take=50.5", "client=a&client=b"],
  ])("answers 400 to %s", async (query) => {
    const emulator = await emulatorFor();
    for (const list of ["conversations", "brains"]) {
      expect((await send(emulator, "GET", `/v3/${list}?${query}`)).status).toBe(400);
    }
  });

  it.each(["take=20.5", "take=-1", "skip=-1", "skip=0.5", "skip=1e21"])("refuses %s with the switch", async (query) => {
    const emulator = await emulatorFor({ switches: { oddNumbers: "reject", invalidStatus: 422 } });
    expect((await send(emulator, "GET", `/v3/conversations?${query}`)).status).toBe(422);
    expect((await send(emulator, "GET", "/v3/conversations?take=2e1&skip=0.0")).status).toBe(200);
  });

  it.each([0, -0.5, -1e308])("starts with maxSeconds %d and is over at once, or refuses it", async (maxSeconds) => {
    const emulator = await emulatorFor();
    const { conversation } = await started(emulator, { maxSeconds });
    expect(conversation).toMatchObject({ status: "ended", maxSeconds, endedAt: conversation.startedAt });
    expect(emulator.bill().totalSeconds).toBe(0);
    emulator.assertNothingRunning();
    expect((await emulatorFor({ seed: emulator.export() })).conversations()).toMatchObject([{ maxSeconds }]);

    const other = await emulatorFor({ switches: { oddNumbers: "reject" } });
    expect((await postStart(other, { maxSeconds })).status).toBe(400);
  });

  it("serves HEAD where it serves GET, without the body", async () => {
    const emulator = await emulatorFor();
    const id = await startedId(emulator);
    for (const path of [
      "/v3/health",
      "/v3/conversations",
      `/v3/conversations/${id}`,
      "/v3/organizations/freemium-usage",
    ]) {
      const [get, head] = [await send(emulator, "GET", path), await send(emulator, "HEAD", path)];
      expect([head.status, head.headers.get("content-type")]).toEqual([200, get.headers.get("content-type")]);
      expect(head.headers.has("content-length")).toBe(true);
      expect(await head.text()).toBe("");
    }
    expect((await send(emulator, "HEAD", "/v3/conversations", undefined, { headers: {} })).status).toBe(401);
    expect(emulator.requests().at(-2)).toMatchObject({ operation: "getFreemiumUsage", verb: "HEAD" });
  });

  it("overlooks a trailing slash and the case of fixed segments, not of ids", async () => {
    const emulator = await emulatorFor();
    const id = await startedId(emulator);
    for (const path of ["/v3/conversations/", "/V3/Conversations?take=1", `/v3/CONVERSATIONS/${id}/`]) {
      expect((await send(emulator, "GET", path)).status).toBe(200);
    }
    expect(await (await send(emulator, "GET", `/v3/conversations/${id.toUpperCase()}`)).json()).toBeNull();
    expect((await send(emulator, "POST", `/v3/conversations/${id}/stop/`)).status).toBe(201);
  });

  it.each(["GET", "PUT", "OPTIONS"])("answers 400 to %s with a wrong percent-encoding", async (verb) => {
    const emulator = await emulatorFor();
    expect((await send(emulator, verb, "/v3/conversations/%E0%A4%A")).status).toBe(400);
  });
});

describe("start bodies", () => {
  it("ignores unknown fields when requests are not strict", async () => {
    const emulator = await emulatorFor({ switches: { strictRequests: false } });
    const body = { ...startBody(emulator), extra: 1, consumer: { identity: "ada", name: "Ada", extra: 2 } };
    const response = await send(emulator, "POST", "/v3/conversations", body);
    expect(response.status).toBe(201);
    expect(await response.text()).not.toContain("extra");
  });

  it("refuses unknown fields of the consumer when they are", async () => {
    const emulator = await emulatorFor();
    const body = { ...startBody(emulator), consumer: { identity: "ada", name: "Ada", email: "a@b.invalid" } };
    const response = await send(emulator, "POST", "/v3/conversations", body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("property consumer.email should not exist");
  });
});
