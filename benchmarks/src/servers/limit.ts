import { Agent, createServer, request, type ServerResponse } from "node:http";
import type { Started } from "./over-fetch.js";
import { apiKey, characterId, endpoint, serving } from "./serving.js";

// The least that can be done on Node: a request in, a request out over a connection that stays, three fields back. Nobody is
// asked who they are, nothing is checked, and nothing may fail.

const agent = new Agent({ keepAlive: true });
const { hostname, port } = new URL(endpoint);
const start = JSON.stringify({ name: "talk", characterId, consumer: { identity: "ada", name: "Ada Lovelace" } });

function call(path: string, body: string, done: (answer: unknown) => void): void {
  const headers = {
    "x-api-key": apiKey,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  const sent = request({ hostname, port, path, method: "POST", agent, headers }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.once("end", () => done(JSON.parse(text)));
  });
  sent.end(body);
}

function answer(response: ServerResponse, value: object): void {
  const text = JSON.stringify(value);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  response.writeHead(201, headers).end(text);
}

serving(
  createServer((incoming, outgoing) => {
    let text = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.once("end", () => {
      // As load.ts sends it.
      const { id } = JSON.parse(text) as { readonly id?: string };
      if (id !== undefined) {
        call(`/v3/conversations/${id}/stop`, "", () => answer(outgoing, { id }));
        return;
      }
      call("/v3/conversations", start, (started) => {
        // As equos.ts answers.
        const { conversation, consumerAccessToken } = started as Started;
        const { serverUrl, character } = conversation;
        const fields = { serverUrl, token: consumerAccessToken, agent: character.livekitIdentity };
        answer(outgoing, { id: conversation.id, ...fields });
      });
    });
  }),
);
