import type { Case } from "./case.js";

const jsonType = { "content-type": "application/json" };

/** Starts that look unusual and are fine. */
export const accepted: readonly Case[] = [
  ["a charset in the content type", { "content-type": "application/json; charset=utf-8" }, "/start"],
  ["a content type in capitals", { "content-type": "Application/JSON" }, "/start"],
  ["a query string", jsonType, "/start?source=menu"],
  ["an encoded slash in the query string", jsonType, "/start?from=%2Fmenu"],
  ["a trailing slash", jsonType, "/start/"],
  ["Sec-Fetch-Site: same-origin", { ...jsonType, "sec-fetch-site": "same-origin" }, "/start"],
].map(([name, headers, path]) => ({
  name: `start with ${name as string}`,
  // Each row is a name, headers and a path.
  path: path as string,
  request: { headers: headers as Record<string, string>, body: "{}" },
  expect: { status: 201 },
}));
