import { expect, it } from "vitest";
import { checkOrigin } from "../src/http/origin.js";

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
