import { describe, expect, it, vi } from "vitest";
import { certainlyNotSent, EquosClient, RequiredError } from "../src/index.js";
import { clientOf, failureOf, key, printed, serve, transports } from "./support.js";

describe.each(transports)("the API key over $transport", ({ own }) => {
  it.each([
    ["empty", ""],
    ["with a newline", "sk-equos\n-injected: 1"],
    ["only spaces", " \r\n"],
    ["with a space", "Bearer sk-equos-7f3a9c"],
    ["not ASCII", "sk-équos-7f3a9c"],
    ["with a NUL", "sk-equos\u0000"],
  ])("that is %s is refused and not quoted", async (_, apiKey) => {
    const server = await serve();
    const error = await failureOf(clientOf(server.url, own, apiKey).conversations.listConversations());
    expect(error).toBeInstanceOf(RequiredError);
    expect(error).toMatchObject({ name: "RequiredError", field: "apiKey" });
    expect(certainlyNotSent(error)).toBe(true);
    expect(printed(error)).not.toMatch(/sk-|7f3a9c|injected/);
    expect(server.sockets).toEqual([]);
  });

  it.each([
    ["a text", (key: string) => key],
    ["a function", (key: string) => async () => key],
  ])("as %s loses the space around it, such as the line break of a file", async (_, toApiKey) => {
    const server = await serve();
    for (const apiKey of ["sk-1\n", "\r\n sk-1 \t"]) {
      const client = EquosClient.create(toApiKey(apiKey), { endpoint: server.url, checkAnswers: false, ...own });
      await client.conversations.listConversations();
    }
    expect(server.seen.map(({ headers }) => headers["x-api-key"])).toEqual(["sk-1", "sk-1"]);
  });

  it("that is undefined, as from a missing variable, is refused at the first call", async () => {
    const client = EquosClient.create(process.env.EQUOS_NO_SUCH_KEY as string, own);
    expect(await failureOf(client.conversations.listConversations())).toMatchObject({ field: "apiKey" });
  });

  it("as a function is asked before each call", async () => {
    const server = await serve();
    const keys = ["first", "second", "third"];
    const apiKey = vi.fn(async () => keys.shift() ?? "");
    const { conversations } = EquosClient.create(apiKey, { endpoint: server.url, checkAnswers: false, ...own });
    expect(apiKey).not.toHaveBeenCalled();
    await conversations.listConversations();
    await conversations.stopConversation({ id: "con_1" });
    await conversations.listConversations();
    expect(server.seen.map(({ headers }) => headers["x-api-key"])).toEqual(["first", "second", "third"]);
    expect(apiKey).toHaveBeenCalledTimes(3);
    expect(await failureOf(conversations.listConversations())).toMatchObject({ name: "RequiredError" });
    expect(server.seen).toHaveLength(3);
  });

  it("as a function may fail with its own error", async () => {
    const server = await serve();
    const error = new Error("the vault is sealed");
    const throws = () => {
      throw error;
    };
    for (const apiKey of [throws, () => Promise.reject(error)]) {
      const client = EquosClient.create(apiKey, { endpoint: server.url, ...own });
      expect(await failureOf(client.conversations.listConversations())).toBe(error);
    }
    expect(server.sockets).toEqual([]);
  });

  it("is not in what a client prints", async () => {
    const server = await serve();
    const client = clientOf(server.url, own);
    await client.conversations.listConversations();
    for (const value of [client, client.conversations, client.conversations.listConversations]) {
      expect(printed(value)).not.toContain(key);
    }
  });
});
