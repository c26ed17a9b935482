import { readFileSync } from "node:fs";
import * as core from "@equos-broker/core";
import { expect, it } from "vitest";

it("exports these names, and a new one is a decision", () => {
  expect(Object.keys(core).sort()).toMatchInlineSnapshot(`
    [
      "BrokerError",
      "ConversationBroker",
      "addVary",
      "checkMountable",
      "cronHandler",
      "errorCodes",
      "isBrokerError",
      "memoryStore",
      "serveFetch",
      "serveNode",
      "toFetchHandler",
      "toGrant",
      "toNodeHandler",
      "visitors",
    ]
  `);
});

it("docs/errors.md lists every code with its status and message", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (\d{3}) \| (.+?) \|/gm)].map(([, code, status, message]) => [
    code,
    Number(status),
    message,
  ]);
  const codes = Object.entries(core.errorCodes).map(([code, [status, message]]) => [code, status, message]);
  expect(rows.sort()).toEqual(codes.sort());
});
