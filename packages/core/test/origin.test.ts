import { readdirSync, readFileSync } from "node:fs";
import { serveFetch } from "@equos-broker/core";
import { expect, it } from "vitest";
import { checkOrigin } from "../src/http/origin.js";
import { openSetting } from "./setting.js";

const passes = (headers: Record<string, string>, rule = {}) => {
  try {
    checkOrigin({ header: (name) => headers[name] }, rule);
    return true;
  } catch {
    return false;
  }
};

it.each([
  ["no browser's call", {}, {}, true],
  [
    "a listed origin",
    { origin: "https://app.example", "sec-fetch-site": "cross-site" },
    { allowedOrigins: ["https://app.example"] },
    true,
  ],
  [
    "an origin that only begins like a listed one",
    { origin: "https://app.example.evil" },
    { allowedOrigins: ["https://app.example"] },
    false,
  ],
  [
    "the same origin, by the browser's word",
    { "sec-fetch-site": "same-origin", origin: "https://a.example", host: "b.example" },
    {},
    true,
  ],
  [
    "another site, by the browser's word",
    { "sec-fetch-site": "cross-site", origin: "https://a.example", host: "a.example" },
    {},
    false,
  ],
  ["this server's own origin", { origin: "https://a.example", host: "a.example" }, {}, true],
  [
    "this server's own origin with its default port in Host",
    { origin: "https://a.example", host: "a.example:443" },
    {},
    true,
  ],
  ["this server's own origin in capitals in Host", { origin: "https://a.example", host: "A.example" }, {}, true],
  ["another port", { origin: "https://a.example:8443", host: "a.example" }, {}, false],
  [
    "the public origin behind a proxy",
    { origin: "https://shop.example", host: "10.0.0.7:3000" },
    { publicOrigin: "https://shop.example" },
    true,
  ],
  [
    "a foreign name that leads to this server, whose public origin is known",
    { origin: "http://evil.example", host: "evil.example" },
    { publicOrigin: "https://shop.example" },
    false,
  ],
  [
    "the same from a browser that says same-origin",
    { origin: "http://evil.localhost", host: "evil.localhost", "sec-fetch-site": "same-origin" },
    { publicOrigin: "https://shop.example" },
    false,
  ],
  [
    "the public origin by another scheme",
    { origin: "http://shop.example", host: "shop.example" },
    { publicOrigin: "https://shop.example" },
    false,
  ],
  ["an app's page that is not listed", { origin: "capacitor://a.example", host: "a.example" }, {}, false],
  [
    "an app's page that is listed",
    { origin: "capacitor://localhost", "sec-fetch-site": "cross-site" },
    { allowedOrigins: ["capacitor://localhost"] },
    true,
  ],
  ["null", { origin: "null", host: "null" }, {}, false],
  ["an origin with a path", { origin: "https://a.example/", host: "a.example" }, {}, false],
  ["no Host", { origin: "https://a.example" }, {}, false],
])("%s", (_, headers, rule, expected) => {
  expect(passes(headers as Record<string, string>, rule)).toBe(expected);
});

const preflight = (headers: Record<string, string>) =>
  new Request("https://shop.example/start", {
    method: "OPTIONS",
    headers: { host: "shop.example", "access-control-request-method": "POST", ...headers },
  });

it("refuses a preflight where no origin is listed, and says so to the log", async () => {
  const { broker, log } = await openSetting();
  const headers = { origin: "https://app.example", "sec-fetch-site": "cross-site" };
  const answer = await serveFetch(broker, preflight(headers), {});
  const problem: unknown = await answer.json();
  expect([answer.status, problem]).toEqual([403, expect.objectContaining({ code: "origin-refused" })]);
  expect(log.map(({ message }) => message)).toEqual([
    "The origin https://app.example may not call this server. To allow it, list it in the option allowedOrigins.",
  ]);
  expect(Object(log[0]?.details).instance).toBe(Object(problem).instance);
  // No page of another origin sends these.
  const own = await serveFetch(broker, preflight({ origin: "https://shop.example" }), {});
  expect([own.status, own.headers.get("allow")]).toEqual([405, "POST"]);
});

it("exposes each header that the browser client reads", async () => {
  const { broker } = await openSetting({ allowedOrigins: ["https://app.example"] });
  const request = new Request("https://shop.example/start", {
    method: "POST",
    headers: { origin: "https://app.example" },
  });
  const answer = await serveFetch(broker, request, {});
  const exposed = answer.headers.get("access-control-expose-headers")?.toLowerCase().split(", ");
  const folder = new URL("../../client/src/", import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const names = sources.flatMap((text) =>
    [...text.matchAll(/\b(?:get|header)\("([\w-]+)"\)/g)].map(([, name]) => name),
  );
  // Every page may read this one.
  const read = names.filter((name) => name !== "content-type");
  expect(read).toEqual(expect.arrayContaining(["date", "equos-delivery", "retry-after"]));
  expect(exposed).toEqual(expect.arrayContaining(read));
});
