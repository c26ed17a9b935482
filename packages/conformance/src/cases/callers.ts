import { json } from "../client.js";
import type { Case } from "./case.js";

const start = (headers: Record<string, string>) => ({
  ...json({}),
  headers: { "content-type": "application/json", ...headers },
});

/** Who may not call, and how the server says so. */
const strangers: readonly Case[] = [
  {
    name: "start without a consumer",
    path: "/start",
    user: null,
    request: json({}),
    expect: { status: 401, code: "unauthorized", headers: { "www-authenticate": /^Bearer$/ } },
  },
  {
    name: "stop without a consumer",
    path: "/stop",
    user: null,
    request: json({ id: "any" }),
    expect: { status: 401, code: "unauthorized", headers: { "www-authenticate": /^Bearer$/ } },
  },
  {
    name: "authorize that throws",
    path: "/start",
    user: "throws",
    request: start({ cookie: "session=of-this-caller" }),
    expect: { status: 500, code: "authorize-failed" },
  },
  {
    name: "authorize that throws a 403",
    path: "/start",
    user: "throws-403",
    request: json({}),
    expect: { status: 403, code: "forbidden" },
  },
  {
    name: "authorize that never returns",
    path: "/start",
    user: "never",
    request: json({}),
    expect: { status: 503, code: "authorize-timeout" },
    takesTime: true,
  },
  {
    name: 'an identity that reads "undefined"',
    path: "/start",
    user: "undefined-identity",
    request: json({}),
    expect: { status: 500, code: "invalid-identity" },
  },
  {
    name: "an identity with a control character",
    path: "/start",
    user: "control-identity",
    request: json({}),
    expect: { status: 500, code: "invalid-identity" },
  },
  {
    name: "an identity of 10,000 characters",
    path: "/start",
    user: "x".repeat(10_000),
    request: json({}),
    expect: { status: 500, code: "invalid-identity" },
  },
];

const hooked: Case = {
  name: "a hook of the host that rejects",
  path: "/start",
  request: start({ "x-host-hook": "rejects" }),
  expect: { status: 500 },
  serverAnswers: "The host answers for its own hooks, and nothing is started.",
};

/** What code of the host before the broker may have done to a body. */
const spoilt: readonly Case[] = [
  { what: "has read the body and kept nothing", header: "reads" },
  { what: "has destroyed the body", header: "destroys" },
].map(({ what, header }) => ({
  name: `a hook of the host that ${what}`,
  path: "/start",
  request: { body: '{"character":"guide"}', headers: { "content-type": "application/json", "x-host-hook": header } },
  expect: { status: 400, code: "body-unreadable" },
  onlyWithoutParser: true,
}));

const foreign: readonly Case[] = [
  ["a foreign Origin", { origin: "https://evil.example" }, /https:\/\/evil\.example.*allowedOrigins/],
  ["Origin: null", { origin: "null" }, /allowedOrigins/],
  ["an Origin that is no origin", { origin: "https://evil.example/<script>" }, /^A page without an origin/],
  ["Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }, /Sec-Fetch-Site: cross-site and no Origin/],
  ["Sec-Fetch-Site: same-site", { "sec-fetch-site": "same-site", origin: "https://other.shop.example" }, /other\.shop/],
  ["Sec-Fetch-Site: none", { "sec-fetch-site": "none" }, /allowedOrigins/],
  ["Sec-Fetch-Site against an Origin of our own", { "sec-fetch-site": "cross-site", origin: "http://127.0.0.1" }, /./],
].flatMap(([name, headers, detail]) =>
  ["/start", "/stop", "/keepalive"].map((path) => ({
    name: `${path} with ${name as string}`,
    path,
    request: start(headers as Record<string, string>),
    expect: { status: 403, code: "origin-refused", detail: detail as RegExp },
  })),
);

export const callers: readonly Case[] = [...strangers, hooked, ...spoilt, ...foreign];
