import { manualClock } from "@equos-broker/emulator";
import { AccessToken, TokenVerifier } from "livekit-server-sdk";
import { expect, it } from "vitest";
import { emulatorFor, started } from "./support.js";

it("signs a token that opens the conversation's room to the consumer", async () => {
  const emulator = await emulatorFor();
  const { conversation, consumerAccessToken } = await started(emulator);
  const { apiKey, apiSecret } = emulator.livekit;
  const claims = await new TokenVerifier(apiKey, apiSecret).verify(consumerAccessToken ?? "");
  expect(claims).toMatchObject({
    sub: "ada",
    name: "Ada",
    iss: apiKey,
    video: { room: conversation.room, roomJoin: true, canPublish: true, canSubscribe: true },
  });
});

it("signs what LiveKit's own SDK would sign", async () => {
  const clock = manualClock(Math.floor(Date.now() / 1_000) * 1_000);
  const emulator = await emulatorFor({ clock });
  const { conversation, consumerAccessToken } = await started(emulator, {
    consumer: { identity: 'ada/ä"', name: "Ada 🎙" },
  });
  const { apiKey, apiSecret } = emulator.livekit;
  const own = new AccessToken(apiKey, apiSecret, { identity: 'ada/ä"', name: "Ada 🎙", ttl: 21_600 });
  const room = conversation.room ?? "";
  own.addGrant({ room, roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: true });
  const partsOf = (token: string) =>
    token
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
  const [header, claims] = partsOf(consumerAccessToken ?? "");
  const [expectedHeader, expected] = partsOf(await own.toJwt());
  expect(header).toEqual(expectedHeader);
  const second = expect.closeTo(expected.nbf, -0.7);
  expect(claims).toEqual({ ...expected, nbf: second, exp: expect.closeTo(expected.exp, -0.7) });
});

it("signs one for the remote agent", async () => {
  const emulator = await emulatorFor();
  const { remoteAgentAccessToken } = await started(emulator, { remoteAgent: { identity: "agent", name: "Agent" } });
  const { apiKey, apiSecret } = emulator.livekit;
  expect(await new TokenVerifier(apiKey, apiSecret).verify(remoteAgentAccessToken ?? "")).toMatchObject({
    sub: "agent",
  });
});

it.each([
  [{}, 21_600],
  [{ tokenTtlSeconds: 90 }, 90],
])("lets tokens expire by the emulator's clock: %o", async (options, seconds) => {
  const clock = manualClock();
  const emulator = await emulatorFor({ clock, ...options });
  await clock.advance(30_000);
  const { consumerAccessToken } = await started(emulator);
  const { apiKey, apiSecret } = emulator.livekit;
  const claims = await new TokenVerifier(apiKey, apiSecret).verify(consumerAccessToken ?? "");
  expect(claims.exp).toBe(Math.floor(clock.now() / 1_000) + seconds);
});

it("signs for a LiveKit server that runs, with the development key unless told otherwise", async () => {
  const emulator = await emulatorFor({ livekit: { url: "ws://127.0.0.1:7880" } });
  const { conversation, consumerAccessToken } = await started(emulator);
  expect(conversation.serverUrl).toBe("ws://127.0.0.1:7880");
  expect(await new TokenVerifier("devkey", "secret").verify(consumerAccessToken ?? "")).toMatchObject({ sub: "ada" });
});
