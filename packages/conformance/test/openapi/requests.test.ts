import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "../../src/client.js";
import { Stage } from "../../src/stage.js";
import { complete, published } from "./contract.js";
import { recordedHost } from "./recorded-host.js";

const contract = published();
const taken = complete();
const violations: string[] = [];
const routes = ["start", "token", "stop", "keepalive"];

let open: Stage | undefined;
beforeAll(async () => {
  const host = recordedHost(contract, violations);
  // A start goes as far as the team's own refusal, and costs nothing.
  open = await Stage.open(host, {}, { conversation: () => null, deployment: "test" });
});
afterAll(async () => await open?.close());

async function answerTo(route: string, body: string, type = "application/json"): Promise<string> {
  if (open === undefined) throw new Error("The stage is not open");
  const headers = { "content-type": type, "x-user": open.newUser() };
  const { text } = await call(open.url(`/${route}`), { headers, body });
  return JSON.parse(text).code ?? "accepted";
}

/** What means "not set" to protobuf, now and then deeper than anybody looks. */
const { unset } = fc.letrec((tie) => ({
  unset: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(null, false, 0, ""),
    fc.array(tie("unset"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b"), tie("unset"), { maxKeys: 2 }),
  ),
}));
const nested = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.boolean(), fc.constantFrom<unknown>("", 0, null, {}, [], "set"))
  .map(([depth, inLists, leaf]) => {
    let value = leaf;
    for (let level = 0; level < depth; level += 1) value = inLists ? [value] : { a: value };
    return value;
  });
/** Any character, and as long as a field may be, or one longer. */
const text = fc.oneof(
  fc.string({ maxLength: 70, unit: "binary" }),
  fc.constantFrom(
    "x".repeat(64),
    "x".repeat(65),
    "x".repeat(200),
    "x".repeat(201),
    "x".repeat(8193),
    "😀".repeat(64),
    "😀".repeat(65),
  ),
);
const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.double(), fc.jsonValue({ maxDepth: 2 }), unset, nested);

const object = (...names: string[]) => fc.dictionary(fc.constantFrom(...names, "other", "__proto__"), value);
const agent = fc.oneof(object("agent_name", "agentName", "metadata", "deployment"), unset, nested);
const room = fc.oneof(
  fc.record({ agents: fc.array(agent, { maxLength: 2 }) }),
  fc.record({ agents: value, egress: unset }, { requiredKeys: [] }),
  object("agents", "name"),
);
const likely: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  start: object("character", "input", "fresh"),
  stop: object("id", "token", "delivery", "leaving"),
  keepalive: object("id", "token", "delivery"),
  token: fc.oneof(
    object("room_config", "roomConfig", "participant_identity", "participantIdentity", "participant_name", "room_name"),
    fc.record({ room_config: room, roomConfig: room }, { requiredKeys: [] }),
    fc.record({ room_config: room, participant_name: value }, { requiredKeys: ["room_config"] }),
  ),
};

/** ajv takes these for properties that the schema names, in `unevaluatedProperties`; the suite has a case with one. */
const inherited = new RegExp(`"(${Object.getOwnPropertyNames(Object.prototype).join("|")})":`);

describe.each(routes)("%s", (route) => {
  it("takes the bodies that the document allows, and no other, except another spelling of a token request", async () => {
    const counts = { allowed: 0, forbidden: 0 };
    const body = fc.oneof({ weight: 5, arbitrary: likely[route] ?? fc.anything() }, fc.jsonValue());
    const property = fc.asyncProperty(body, async (sent) => {
      // What it becomes on its way.
      const written = JSON.stringify(sent);
      fc.pre(written.length < 5_000 && !(route === "token" && inherited.test(written)));
      const isAllowed = taken.takes(route, JSON.parse(written));
      if (contract.takes(route, JSON.parse(written)))
        expect({ written, isAllowed }).toEqual({ written, isAllowed: true });
      counts[isAllowed ? "allowed" : "forbidden"] += 1;
      const code = await answerTo(route, written);
      expect({ written, isRefused: code === "invalid-body" }).toEqual({ written, isRefused: !isAllowed });
    });
    await fc.assert(property, { numRuns: 400 });
    expect(Math.min(counts.allowed, counts.forbidden)).toBeGreaterThan(20);
  });

  it("takes the content types that the document names, and no other", async () => {
    const types = ["application/json", "text/plain", "text/html", "application/xml", "application/jsonp", "*/*"];
    const parameters = ["", ";charset=utf-8", "; charset=UTF-8"];
    for (const type of [...types, "multipart/form-data", "application/x-www-form-urlencoded"]) {
      for (const parameter of parameters) {
        const code = await answerTo(route, "{}", type + parameter);
        expect([type, code === "unsupported-media-type"]).toEqual([type, !contract.mediaTypes(route).includes(type)]);
      }
    }
  });
});

it("answered all of them as the document says", () => expect([...new Set(violations)]).toEqual([]));
