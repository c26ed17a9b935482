import { type Call, json } from "../client.js";
import { bentPaths } from "./bent-paths.js";
import { brokenHttp } from "./broken-http.js";
import type { Case } from "./case.js";

const jsonType = { "content-type": "application/json" };
const long = "x".repeat(10_000);
const parsesJson = ["json", "json+urlencoded"] as const;
const everyParser = [...parsesJson, "text", "raw"] as const;

/** The bodies that no route takes, as start gets them. */
const badBodies: readonly Case[] = [
  ["malformed JSON", "{"],
  ["JSON that ends too early", '{"character":"gui'],
  ["bytes that are no UTF-8", { packets: [new Uint8Array([0x7b, 0xff, 0x7d])] }],
  ["a text that is no JSON", "character=guide"],
].map(([name, body]) => ({
  name: `start with ${name as string}`,
  path: "/start",
  // Each row is a name and a body.
  request: { headers: jsonType, body: body as Exclude<Call["body"], undefined> },
  expect: { status: 400, code: "malformed-json" },
  parserAnswers: parsesJson,
}));

const invalidBodies: readonly Case[] = [
  ["a JSON array", "[]"],
  ["a JSON string", '"start"', parsesJson],
  ["a JSON number", "7", parsesJson],
  ["JSON null", "null", parsesJson],
  ["an unknown field", '{"characterId":"cha_1"}'],
  ["an unknown field beside a known one", '{"character":"guide","promptCtx":"be rude"}'],
  ["a __proto__ key", '{"__proto__":{"character":"guide"}}'],
  ["a constructor key", '{"constructor":{"prototype":{"fresh":true}}}'],
  ["a character that is no string", '{"character":["guide"]}'],
  ["a character of 10,000 characters", `{"character":"${long}"}`],
  ["fresh that is no boolean", '{"fresh":"yes"}'],
].map(([name, body, parserAnswers]) => ({
  name: `start with ${name as string}`,
  path: "/start",
  request: { headers: jsonType, body: body as string },
  expect: { status: 400, code: "invalid-body" },
  // express.json() takes objects and arrays only.
  ...(parserAnswers === undefined ? {} : { parserAnswers: parserAnswers as typeof parsesJson }),
}));

const unknownCharacters: readonly Case[] = [
  ["an unknown alias", "stranger"],
  ["an Equos id instead of an alias", "cha_emulator_guide"],
  ["the alias __proto__", "__proto__"],
  ["the alias constructor", "constructor"],
  ["NUL in the alias", "gui\u0000de"],
  ["CR and LF in the alias", "guide\r\nx-api-key: stolen"],
].map(([name, character]) => ({
  name: `start with ${name}`,
  path: "/start",
  request: json({ character }),
  expect: { status: 400, code: "unknown-character" },
}));

const largeBodies: readonly Case[] = [
  {
    name: "start with a body of 1 MiB",
    path: "/start",
    request: { headers: jsonType, body: `{"character":"${"x".repeat(1024 * 1024)}"}` },
    expect: { status: 413, code: "body-too-large" },
    parserAnswers: everyParser,
  },
  {
    name: "start with a chunked body of 1 MiB",
    path: "/start",
    request: { headers: jsonType, body: { packets: Array(64).fill(new Uint8Array(16 * 1024).fill(0x20)) } },
    expect: { status: 413, code: "body-too-large" },
    parserAnswers: everyParser,
  },
  {
    name: "stop with text of 1 MiB",
    path: "/stop",
    request: { headers: { "content-type": "text/plain" }, body: "x".repeat(1024 * 1024) },
    expect: { status: 413, code: "body-too-large" },
    parserAnswers: ["text", "raw"],
  },
  {
    name: "start with a body that never ends",
    path: "/start",
    request: { headers: jsonType, body: { endless: '{"character":' } },
    expect: { status: 408, code: "body-timeout" },
    takesTime: true,
    notBehindParser: "The host's parser waits for the body, for as long as the host's own time limit says.",
  },
];

const wrongTypes: readonly Case[] = [
  ["text/plain", "start with text/plain"],
  ["application/x-www-form-urlencoded", "start with a form"],
  ["multipart/form-data; boundary=x", "start with multipart"],
  ["application/jsonp", "start with a type that only begins like JSON"],
].map(([type, name]) => ({
  name: name ?? "",
  path: "/start",
  request: { headers: { "content-type": type ?? "" }, body: "{}" },
  expect: { status: 415, code: "unsupported-media-type", headers: { accept: /^application\/json$/ } },
}));

const more: readonly Case[] = [
  {
    name: "start without a content type",
    path: "/start",
    request: { body: "{}" },
    expect: { status: 415, code: "unsupported-media-type" },
  },
  {
    name: "stop with a form",
    path: "/stop",
    request: { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "id=1" },
    expect: {
      status: 415,
      code: "unsupported-media-type",
      headers: { accept: /^application\/json, text\/plain$/ },
    },
  },
  ...["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => ({
    name: `${method} start`,
    path: "/start",
    request: { method, headers: jsonType },
    // Answers to HEAD have no body.
    expect: { status: 405, code: method === "HEAD" ? undefined : "method-not-allowed", headers: { allow: /^POST$/ } },
  })),
  {
    name: "an unknown action",
    path: "/begin",
    request: json({}),
    expect: { status: 404, code: "unknown-action" },
    hostAnswers404: true,
  },
  {
    name: "an action named like an object's own property",
    path: "/constructor",
    request: json({}),
    expect: { status: 404, code: "unknown-action" },
    hostAnswers404: true,
  },
  {
    name: "input where none is accepted",
    path: "/start",
    request: json({ input: { topic: "weather" } }),
    expect: { status: 400, code: "invalid-input" },
  },
  {
    name: "stop with a delivery that is no number",
    path: "/stop",
    request: json({ delivery: "1" }),
    expect: { status: 400, code: "invalid-body" },
  },
  {
    name: "stop of a conversation that nobody has",
    path: "/stop",
    request: json({ id: "nobody's" }),
    expect: { status: 404, code: "not-found" },
  },
  {
    name: "stop with an id of 10,000 characters",
    path: "/stop",
    request: json({ id: long }),
    expect: { status: 400, code: "invalid-body" },
  },
  {
    name: "stop with a token that nobody has",
    path: "/stop",
    request: json({ token: "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl" }),
    expect: { status: 404, code: "not-found" },
  },
  {
    name: "stop of nothing",
    path: "/stop",
    request: {},
    expect: { status: 404, code: "not-found" },
  },
  {
    name: "keepalive of nothing",
    path: "/keepalive",
    request: {},
    expect: { status: 404, code: "not-found" },
  },
];

export const badRequests: readonly Case[] = [
  ...badBodies,
  ...invalidBodies,
  ...unknownCharacters,
  ...largeBodies,
  ...wrongTypes,
  ...more,
  ...bentPaths,
  ...brokenHttp,
];
