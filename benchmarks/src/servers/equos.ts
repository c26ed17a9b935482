import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answer } from "../api-answer.js";
import { livekitToken } from "../invented.js";
import { serving } from "./serving.js";

// What stands for Equos when servers are measured. As little as possible, but for what has to differ from one answer to the
// next: a conversation's id and its token.

const at = new Date().toISOString();
const MAX_SECONDS = 3600;
const { character, ...rest } = answer.conversation;
const seen = { ...rest, consumerIdentity: "ada", maxSeconds: MAX_SECONDS, startedAt: at, joinedAt: at };

const ID = "the id";
const TOKEN = "the token";
const [beforeId = "", betweenThem = "", afterToken = ""] = JSON.stringify({
  conversation: { ...seen, id: ID, joinedAt: null, character },
  consumerAccessToken: TOKEN,
}).split(new RegExp(`${ID}|${TOKEN}`));

let started = 0;
function start(): string {
  started += 1;
  const id = `con_${String(started).padStart(12, "0")}`;
  return beforeId + id + betweenThem + livekitToken(id, Date.now()) + afterToken;
}

const ended = (id: string) => JSON.stringify({ ...seen, id, status: "ended", endedAt: at });
const runs = (id: string) => JSON.stringify({ ...seen, id });
const list = JSON.stringify({ skip: 0, take: 50, total: 0, conversations: [] });

function answerTo(method: string, path: string): string {
  const [, , , id = "", action] = path.split("/");
  if (method === "POST") return action === "stop" ? ended(id) : start();
  return id === "" || path.includes("?") ? list : runs(id);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.once("end", () => {
    const { method = "", url = "" } = request;
    const text = answerTo(method, url);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
    response.writeHead(method === "POST" ? 201 : 200, headers).end(text);
  });
}

const server = createServer(serve);
// Longer than a server waits for its turn: to open connections again is no part of what is measured.
server.keepAliveTimeout = 600_000;
serving(server);
