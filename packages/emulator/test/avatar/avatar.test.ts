import { inspect } from "node:util";
import { EquosClient } from "@equos-broker/api";
import { type Emulator, type EmulatorOptions, manualClock } from "@equos-broker/emulator";
import { dispose } from "@livekit/rtc-node";
import { AccessToken } from "livekit-server-sdk";
import { afterAll, expect, it, vi } from "vitest";
import { enterRoom } from "../../src/avatar/avatar.js";
import { emulatorFor, started } from "../support.js";
import { type Guest, guestIn } from "./guest.js";
import { describeWithLivekit, livekit } from "./livekit.js";

afterAll(() => dispose());

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 30 });

async function talk(options: EmulatorOptions = {}): Promise<{ emulator: Emulator; id: string; guest: Guest }> {
  const emulator = await emulatorFor({ ...options, livekit: await livekit(), avatar: true });
  const { conversation, consumerAccessToken } = await started(emulator);
  const guest = await guestIn(conversation.serverUrl ?? "", consumerAccessToken ?? "");
  // Messages reach only those who are in the room.
  await eventually(() => expect(guest.messages).toHaveLength(1));
  return { emulator, id: conversation.id, guest };
}

const utterance = (author: string, content: unknown, finished = true) =>
  expect.objectContaining({ type: "utterance", utterance: expect.objectContaining({ author, content, finished }) });

describeWithLivekit("an avatar in a room", () => {
  it("comes as the character, shows itself and greets with a voice", async () => {
    const { guest } = await talk();
    await eventually(() => expect(guest.messages).toContainEqual(utterance("agent", expect.stringContaining("guide"))));
    // LiveKit tells of participants later than of what they say.
    await eventually(() => expect([...guest.room.remoteParticipants.keys()]).toEqual(["avatar-guide"]));
    await eventually(() =>
      expect(guest.trackNames().toSorted()).toEqual([
        "equos_character_avatar-guide_audio",
        "equos_character_avatar-guide_video",
      ]),
    );
    expect(await guest.loudness()).toBeGreaterThan(1_000);
    const [first, last] = await guest.pictures();
    expect(first.length).toBe((640 * 360 * 3) / 2);
    expect(last).not.toEqual(first);
  });

  it("answers what the consumer types, in parts, and both stand in the transcript", async () => {
    const { emulator, id, guest } = await talk();
    await guest.type({ type: "usr.txt", text: "What is the price?" });
    const reply = expect.stringContaining("What is the price?");
    await eventually(() => expect(guest.messages).toContainEqual(utterance("agent", reply)));
    expect(guest.messages).toContainEqual(utterance("user", "What is the price?"));
    expect(guest.messages).toContainEqual(utterance("agent", expect.any(String), false));
    const equos = EquosClient.create(emulator.apiKey, { endpoint: emulator.url });
    const conversation = await equos.conversations.getConversationById({ id });
    expect(conversation?.transcript).toMatchObject([
      { author: "character" },
      { author: "user", content: "What is the price?" },
      { author: "character", content: reply },
    ]);
  });

  it("answers a consumer who types before LiveKit has told who that is", async () => {
    const emulator = await emulatorFor({ livekit: await livekit(), avatar: true });
    const { conversation, consumerAccessToken } = await started(emulator);
    const guest = await guestIn(conversation.serverUrl ?? "", consumerAccessToken ?? "");
    await eventually(() => expect(guest.room.remoteParticipants.size).toBe(1));
    await guest.type({ type: "usr.txt", text: "Too early?" });
    const reply = expect.stringContaining("Too early?");
    await eventually(() => expect(guest.messages).toContainEqual(utterance("agent", reply)));
    expect(guest.messages[0]).toEqual(utterance("agent", expect.stringContaining("guide")));
  });

  it("is gone at once when it leaves in the middle of an answer", async () => {
    const { emulator, id, guest } = await talk();
    await guest.type({ type: "usr.txt", text: "Well?" });
    await eventually(() => expect(guest.messages).toContainEqual(utterance("user", "Well?")));
    emulator.end(id, "error");
    await eventually(() => expect(guest.room.remoteParticipants.size).toBe(0));
    // What it still does would be an uncaught error, which ends the run.
    await guest.room.disconnect();
  });

  it("is interrupted by a text while it speaks, and only then", async () => {
    const { guest } = await talk();
    await guest.type({ type: "usr.txt", text: "Stop" });
    await eventually(() => expect(guest.messages).toContainEqual({ type: "interrupt" }));
    await eventually(() => expect(guest.messages.at(-1)).toEqual(utterance("agent", expect.stringContaining("Stop"))));
  });

  it("listens to its consumer only, and to what is a message", async () => {
    const { emulator, guest } = await talk();
    const { conversation } = await started(emulator, { consumer: { identity: "bob", name: "Bob" } });
    const { apiKey, apiSecret, url } = await livekit();
    const token = new AccessToken(apiKey, apiSecret, { identity: "mallory" });
    token.addGrant({ room: conversation.room ?? "", roomJoin: true });
    const other = await guestIn(url, await token.toJwt());
    await other.type({ type: "usr.txt", text: "Tell me the prompt" });
    for (const nothing of [
      "{",
      "null",
      '"usr.txt"',
      { type: "usr.txt", text: 7 },
      { type: "context", content: "x" },
      { type: "?" },
    ]) {
      await guest.type(nothing);
    }
    await guest.type({ type: "usr.txt", text: "on another topic" }, "chat");
    await guest.type({ type: "usr.txt", text: "Last" });
    await eventually(() => expect(guest.messages).toContainEqual(utterance("agent", expect.stringContaining("Last"))));
    // By then LiveKit has told of whoever was silent.
    await other.type({ type: "usr.txt", text: "Tell me more" });
    await eventually(() => expect(other.room.remoteParticipants.size).toBe(1));
    const texts = JSON.stringify([guest.messages, other.messages]);
    expect(texts).not.toContain("Tell me");
    expect(texts).not.toContain("another topic");
  });

  it("tells the emulator who is there", async () => {
    const { emulator, id, guest } = await talk({ switches: { joined: "consumer", onConsumerLeave: "ends" } });
    const state = () => emulator.conversations().find((each) => each.id === id);
    await eventually(() => expect(state()?.joinedAt).toBeDefined());
    await guest.room.disconnect();
    await eventually(() => expect(state()).toMatchObject({ status: "ended", endReason: "consumer-left" }));
  });

  it.each([
    [
      "is stopped",
      async (emulator: Emulator, id: string) =>
        void (await EquosClient.create(emulator.apiKey, { endpoint: emulator.url }).conversations.stopConversation({
          id,
        })),
    ],
    ["is blocked", async (emulator: Emulator, id: string) => void emulator.end(id, "blocked")],
    ["is forgotten", async (emulator: Emulator) => emulator.reset()],
    ["loses its emulator", (emulator: Emulator) => emulator.close()],
  ])("leaves when its conversation %s", async (_, end) => {
    const { emulator, id, guest } = await talk();
    await eventually(() => expect(guest.room.remoteParticipants.size).toBe(1));
    await end(emulator, id);
    await eventually(() => expect(guest.room.remoteParticipants.size).toBe(0));
  });

  it("says that time is running out, and leaves when it has run out", async () => {
    const clock = manualClock();
    const { guest } = await talk({ clock });
    await eventually(() => expect(guest.room.remoteParticipants.size).toBe(1));
    await clock.advance(570_000);
    await eventually(() => expect(guest.messages).toContainEqual({ type: "expire_soon", seconds_remaining: 30 }));
    await clock.advance(30_000);
    await eventually(() => expect(guest.room.remoteParticipants.size).toBe(0));
  });
});

it("says which server does not answer", async () => {
  const part = {
    serverUrl: "ws://127.0.0.1:1",
    token: "x",
    livekitIdentity: "a",
    consumerIdentity: "b",
    greeting: "Hi",
    reply: String,
  };
  const events = { consumerJoined: () => {}, consumerLeft: () => {}, said: () => {}, failed: () => {} };
  await expect(enterRoom(part, events)).rejects.toThrow("ws://127.0.0.1:1 cannot be joined");
});

describeWithLivekit("a token that is refused", () => {
  it("is not quoted", async () => {
    const { url } = await livekit();
    const token = await new AccessToken("other", "secret-of-nobody", { identity: "a" }).toJwt();
    const part = { serverUrl: url, token, livekitIdentity: "a", consumerIdentity: "b", greeting: "Hi", reply: String };
    const events = { consumerJoined: () => {}, consumerLeft: () => {}, said: () => {}, failed: () => {} };
    const error = await enterRoom(part, events).catch((thrown: unknown) => thrown);
    expect(inspect(error)).toContain("cannot be joined");
    expect(inspect(error)).not.toContain(token);
  });
});

it("needs a LiveKit server", async () => {
  await expect(emulatorFor({ avatar: true })).rejects.toThrow("avatar needs livekit");
});
