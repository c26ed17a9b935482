import type { Case } from "./case.js";

const head = (target: string, user: string, ...fields: string[]) =>
  [
    `POST ${target} HTTP/1.1`,
    "Host: 127.0.0.1",
    `X-User: ${user}`,
    "Content-Type: application/json",
    ...fields,
    "",
    "",
  ].join("\r\n");
const body = '{"character":"guide"}';
const byNode = "Node's HTTP server answers before any framework sees the request.";

/** Requests that no client library would send. */
export const brokenHttp: readonly Case[] = [
  {
    name: "start with a length and chunks at once",
    raw: (target: string, user: string) =>
      `${head(target, user, "Content-Length: 21", "Transfer-Encoding: chunked")}15\r\n${body}\r\n0\r\n\r\n`,
    expect: { status: 400 },
    serverAnswers: byNode,
  },
  {
    name: "start with two lengths",
    raw: (target: string, user: string) => head(target, user, "Content-Length: 2", "Content-Length: 21") + body,
    expect: { status: 400 },
    serverAnswers: byNode,
  },
  {
    name: "start with 20 KB of headers",
    raw: (target: string, user: string) =>
      `${head(target, user, `X-Long: ${"x".repeat(20 * 1024)}`, "Content-Length: 2")}{}`,
    expect: { status: 431 },
    serverAnswers: byNode,
  },
  {
    name: "start with a header whose name is none",
    raw: (target: string, user: string) => head(target, user, "Bad Name: 1", "Content-Length: 2"),
    expect: { status: 400 },
    serverAnswers: byNode,
  },
  {
    name: "start with a length that is too short",
    raw: (target: string, user: string) => head(target, user, "Content-Length: 5") + body,
    // Broken JSON to the broker, and what follows is a broken request to the server: whichever is quicker.
    expect: { status: 400 },
  },
].map((one) => ({ path: "/start", request: {}, ...one }));
