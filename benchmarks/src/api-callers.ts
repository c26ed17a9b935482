import { Agent, request as send } from "node:http";
import { EquosClient } from "@equos-broker/api";
import { request } from "./api-answer.js";

// A process of its own, which calls a stand-in of Equos in several ways and tells its CPU time.

const endpoint = `http://127.0.0.1:${process.argv[2]}`;
const key = "sk_benchmark";
const createEquosConversationRequest = request;

const agent = new Agent({ keepAlive: true });
function bare(): Promise<unknown> {
  const body = JSON.stringify(request);
  const headers = {
    accept: "application/json",
    "x-api-key": key,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const call = send(`${endpoint}/v3/conversations`, { method: "POST", agent, headers }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.once("end", () => resolve(JSON.parse(text)));
    });
    call.once("error", reject);
    call.end(body);
  });
}

async function overFetch(): Promise<unknown> {
  const headers = { accept: "application/json", "x-api-key": key, "content-type": "application/json" };
  const body = JSON.stringify(request);
  const response = await fetch(`${endpoint}/v3/conversations`, { method: "POST", headers, body });
  return await response.json();
}

const checking = EquosClient.create(key, { endpoint });
const trusting = EquosClient.create(key, { endpoint, checkAnswers: false });
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  bare,
  fetch: overFetch,
  client: () => trusting.conversations.startConversation({ createEquosConversationRequest }),
  "client, answers checked": () => checking.conversations.startConversation({ createEquosConversationRequest }),
};

const CALLS = 400;
const AT_ONCE = 4;

/** CPU time of so many calls, in ms for each. */
async function measured(way: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  const worker = async () => {
    for (let call = 0; call < CALLS / AT_ONCE; call += 1) await way();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / CALLS;
}

process.on("message", (name) => {
  const way = ways[String(name)];
  if (way === undefined) throw new Error(`no way ${name}`);
  measured(way).then((cpu) => process.send?.({ cpu }));
});
process.send?.({ ready: true });
