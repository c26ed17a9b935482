import { Agent, request } from "node:http";
import type { Started } from "./over-fetch.js";
import { apiKey, characterId, endpoint } from "./serving.js";
import type { User } from "./user.js";

// What somebody writes who has measured `fetch`: connections that stay, and a limit of time.

const TIMEOUT_MS = 15_000;
const agent = new Agent({ keepAlive: true });

export async function startOverNode({ identity, name }: User): Promise<Started> {
  const body = { name: "talk", characterId, consumer: { identity, name }, maxSeconds: 600 };
  // As equos.ts answers.
  return (await call("/v3/conversations", JSON.stringify(body))) as Started;
}

export const stopOverNode = (id: string): Promise<unknown> =>
  call(`/v3/conversations/${encodeURIComponent(id)}/stop`, "");

function call(path: string, body: string): Promise<unknown> {
  const headers = {
    accept: "application/json",
    "x-api-key": apiKey,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(endpoint + path, { method: "POST", agent, headers, timeout: TIMEOUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode !== 201) reject(new Error(`Equos answered ${response.statusCode}`));
        else resolve(JSON.parse(text));
      });
    });
    sent.once("timeout", () => sent.destroy(new Error("Equos took too long")));
    sent.once("error", reject);
    sent.end(body);
  });
}
