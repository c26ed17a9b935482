import { describe, expect, it } from "vitest";
import type { EquosClient } from "../src/index.js";
import { clientOf, failureOf, key, serve, transports } from "./support.js";

const createEquosConversationRequest = {
  name: "support",
  characterId: "cha_1",
  consumer: { identity: "ada", name: "Ada Løvelace" },
  maxSeconds: 600,
};

const calls: readonly {
  name: string;
  call: (client: EquosClient) => Promise<unknown>;
  verb: string;
  target: string;
  body?: unknown;
}[] = [
  {
    name: "startConversation",
    call: ({ conversations }) => conversations.startConversation({ createEquosConversationRequest }),
    verb: "POST",
    target: "/v3/conversations",
    body: createEquosConversationRequest,
  },
  {
    name: "stopConversation",
    call: ({ conversations }) => conversations.stopConversation({ id: "con_1" }),
    verb: "POST",
    target: "/v3/conversations/con_1/stop",
  },
  {
    name: "getConversationById",
    call: ({ conversations }) => conversations.getConversationById({ id: "con_1" }),
    verb: "GET",
    target: "/v3/conversations/con_1",
  },
  {
    name: "listConversations",
    call: ({ conversations }) => conversations.listConversations({ take: 50, skip: 0, client: "shop & co" }),
    verb: "GET",
    target: "/v3/conversations?take=50&skip=0&client=shop+%26+co",
  },
  {
    name: "listConversations without arguments",
    call: ({ conversations }) => conversations.listConversations(),
    verb: "GET",
    target: "/v3/conversations",
  },
  {
    name: "listConversations with undefined arguments",
    call: ({ conversations }) => conversations.listConversations({ take: undefined, skip: 5, client: undefined }),
    verb: "GET",
    target: "/v3/conversations?skip=5",
  },
];

describe.each(transports)("requests over $transport", ({ own }) => {
  it.each(calls)("$name is one $verb $target", async ({ call, verb, target, body }) => {
    const server = await serve();
    await call(clientOf(server.url, own));
    expect(server.seen).toHaveLength(1);
    const [request] = server.seen;
    expect(request).toMatchObject({ verb, target });
    expect(request?.headers).toMatchObject({ "x-api-key": key, accept: "application/json" });
    if (body === undefined) {
      expect(request?.body).toBe("");
      expect(request?.headers).not.toHaveProperty("content-type");
    } else {
      expect(JSON.parse(request?.body ?? "")).toEqual(body);
      expect(request?.headers["content-type"]).toBe("application/json");
      expect(request?.headers["content-length"]).toBe(String(Buffer.byteLength(request?.body ?? "")));
    }
  });

  it.each([
    ["con/../../admin", "con%2F..%2F..%2Fadmin"],
    ["con_1?take=1#x", "con_1%3Ftake%3D1%23x"],
    ["%2e%2e", "%252e%252e"],
    ["ü 1", "%C3%BC%201"],
    ["...", "..."],
    ["$&{id}", "%24%26%7Bid%7D"],
  ])("the id %s stays one segment of the path", async (id, segment) => {
    const server = await serve();
    await clientOf(server.url, own).conversations.stopConversation({ id });
    expect(server.seen.map(({ target }) => target)).toEqual([`/v3/conversations/${segment}/stop`]);
  });

  it("keeps the path of the endpoint in front", async () => {
    const server = await serve();
    await clientOf(`${server.url}/proxy/equos/`, own).conversations.getConversationById({ id: "con_1" });
    expect(server.seen.map(({ target }) => target)).toEqual(["/proxy/equos/v3/conversations/con_1"]);
  });

  it.each([".", "..", "", undefined, null, "\ud800"])("sends nothing for the id %j", async (id) => {
    const server = await serve();
    // As JavaScript may call it.
    const call = clientOf(server.url, own).conversations.stopConversation({ id: id as string });
    expect(await failureOf(call)).toMatchObject({ name: "RequiredError", field: "id" });
    expect(server.seen).toEqual([]);
  });

  it("sends nothing when the body is missing", async () => {
    const server = await serve();
    // As JavaScript may call it.
    const call = clientOf(server.url, own).conversations.startConversation({} as never);
    expect(await failureOf(call)).toMatchObject({ name: "RequiredError", field: "createEquosConversationRequest" });
    expect(server.seen).toEqual([]);
  });
});

describe("a query that cannot be left out", () => {
  it.each([undefined, null])("is missed before anything is sent: %j", async (client) => {
    const server = await serve();
    // As JavaScript may call it.
    const call = clientOf(server.url).organizations.getUserUsage({ client: client as unknown as string });
    expect(await failureOf(call)).toMatchObject({
      name: "RequiredError",
      field: "client",
      message: 'Required parameter "client" was null or undefined when calling getUserUsage',
    });
    expect(server.seen).toEqual([]);
  });

  it("may be empty", async () => {
    const server = await serve();
    await clientOf(server.url).organizations.getUserUsage({ client: "" });
    expect(server.seen.map(({ target }) => target)).toEqual(["/v3/organizations/user-usage?client="]);
  });
});

it("goes through Node's agent unless it is given a fetch", async () => {
  const server = await serve();
  for (const { own } of transports) await clientOf(server.url, own).conversations.listConversations();
  // Node's `fetch` names itself, `http.request` does not.
  expect(server.seen.map(({ headers }) => headers["user-agent"] !== undefined)).toEqual([false, true]);
});
