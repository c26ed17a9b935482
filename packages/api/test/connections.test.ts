import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { certainlyNotSent } from "../src/index.js";
import { clientOf, failureOf, serve, transports } from "./support.js";

describe.each(transports)("connections over $transport", ({ transport, own }) => {
  if (transport === "Node's agent")
    it("two calls in a row use one socket", async () => {
      const server = await serve();
      const { conversations } = clientOf(server.url, own);
      await conversations.startConversation({ createEquosConversationRequest: { name: "a", characterId: "b" } });
      await conversations.stopConversation({ id: "con_1" });
      // Another client of the same endpoint too: applications make one per request.
      await clientOf(server.url, own).conversations.listConversations();
      expect(server.seen).toHaveLength(3);
      expect(server.sockets).toHaveLength(1);
    });

  it("an idle socket that the server closed does not fail the next call", async () => {
    const server = await serve();
    const { conversations } = clientOf(server.url, own);
    await conversations.stopConversation({ id: "con_1" });
    const [idle] = server.sockets;
    if (idle === undefined) throw new Error("no connection was made");
    // "close" comes once the client has answered the end of the connection: it knows.
    idle.end();
    await once(idle, "close");
    expect(await conversations.stopConversation({ id: "con_2" })).toEqual({});
    expect(server.sockets).toHaveLength(2);
  });

  it("a failed call does not spoil the next one", async () => {
    let calls = 0;
    const server = await serve((response) => {
      calls += 1;
      if (calls === 1) response.destroy();
      else response.end("{}");
    });
    const { conversations } = clientOf(server.url, own);
    expect(await failureOf(conversations.stopConversation({ id: "con_1" }))).toMatchObject({ sent: true });
    expect(await conversations.stopConversation({ id: "con_1" })).toEqual({});
  });

  it("a reused socket that closes before the answer may have carried the request", async () => {
    let calls = 0;
    const server = await serve((response) => {
      calls += 1;
      if (calls === 2) response.destroy();
      else response.end("{}");
    });
    const { conversations } = clientOf(server.url, own);
    await conversations.stopConversation({ id: "con_1" });
    const error = await failureOf(conversations.stopConversation({ id: "con_1" }));
    expect(error).toMatchObject({ name: "FetchError", sent: true });
    expect(certainlyNotSent(error)).toBe(false);
    expect(server.seen).toHaveLength(2);
  });
});
