import { ConversationBroker } from "@equos-broker/core";
import { manualClock, startEmulator } from "@equos-broker/emulator";
import { expect, it, onTestFinished } from "vitest";
import { type LambdaContext, type LambdaEvent, toLambda } from "../src/to-lambda.js";

const event = (path: string, more: Partial<LambdaEvent> = {}): LambdaEvent => ({
  rawPath: `/api/equos/${path}`,
  headers: { "content-type": "application/json" },
  cookies: ["session=ada"],
  isBase64Encoded: false,
  requestContext: { http: { method: "POST", sourceIp: "203.0.113.7" } },
  ...more,
});

async function openFunction() {
  const clock = manualClock();
  const emulator = await startEmulator({ clock });
  onTestFinished(async () => await emulator.close());
  const seen: LambdaContext["clientIp"][] = [];
  const broker = new ConversationBroker({
    authorize: ({ header, clientIp }: LambdaContext) => {
      seen.push(clientIp);
      const identity = /session=(\w+)/.exec(header("cookie") ?? "")?.[1];
      return identity === undefined ? null : { identity, name: "Ada", headers: { "Set-Cookie": ["a=1", "b=2"] } };
    },
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: emulator.characterId },
    clock,
  });
  return { emulator, clock, seen, handler: toLambda(broker) };
}

it("starts, hands out again and stops", async () => {
  const { handler, emulator, seen } = await openFunction();
  const started = await handler(event("start", { body: '{"character":"guide"}' }));
  expect(started).toMatchObject({
    statusCode: 201,
    cookies: ["a=1", "b=2"],
    headers: { "equos-delivery": expect.stringMatching(/^\d+$/) },
  });
  const encoded = { body: Buffer.from('{"character":"guide"}').toString("base64"), isBase64Encoded: true };
  expect(await handler(event("start/", encoded))).toMatchObject({ statusCode: 200, body: started.body });
  expect(await handler(event("stop"))).toMatchObject({ statusCode: 200, body: expect.stringContaining('"ended"') });
  expect(seen).toEqual(Array(3).fill("203.0.113.7"));
  emulator.assertNothingRunning();
});

it("refuses as every other host does", async () => {
  const { handler } = await openFunction();
  const code = (body: string | undefined) => JSON.parse(body ?? "{}").code;
  const nobody = await handler(event("start", { cookies: undefined, body: "{}" }));
  expect([nobody.statusCode, code(nobody.body)]).toEqual([401, "unauthorized"]);
  const large = await handler(event("start", { body: JSON.stringify({ character: "x".repeat(20_000) }) }));
  expect([large.statusCode, code(large.body)]).toEqual([413, "body-too-large"]);
  expect(await handler(event("elsewhere"))).toEqual({ statusCode: 404 });
});

it("ends no sooner than the grace of a page that left", async () => {
  const { handler, clock, emulator } = await openFunction();
  const { headers } = await handler(event("start", { body: "{}" }));
  const delivery = Number(headers?.["equos-delivery"]);
  let ended = false;
  const leaving = handler(event("stop", { body: JSON.stringify({ leaving: true, delivery }) })).then((answer) => {
    ended = true;
    return answer;
  });
  await (await fetch(`${emulator.url}/v3/health`)).text();
  expect(ended).toBe(false);
  while (!ended) {
    await clock.advance(250);
    await (await fetch(`${emulator.url}/v3/health`)).text();
  }
  expect(await leaving).toMatchObject({ statusCode: 200, body: expect.stringContaining('"running"') });
  emulator.assertNothingRunning();
});
