import { EquosVoiceIdentity } from "@equos-broker/api";
import { manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { emulatorAndClient, refusalOf } from "./client.js";
import { started } from "./support.js";

const brain = { instructions: "Be kind.", greetingMessage: "Hello" };

describe("what refers to what", () => {
  it.each([
    ["faceId", "Face not found"],
    ["voiceId", "Voice not found"],
    ["brainId", "Brain not found"],
    ["knowledgeBaseId", "Knowledge base not found"],
  ])("a character of an unknown %s is refused, at creation and at a change", async (field, message) => {
    const { emulator, equos } = await emulatorAndClient();
    const wrong = { [field]: "none" };
    const request = { name: "Ada", livekitIdentity: "ada", ...wrong };
    const creating = equos.characters.createCharacter({ createEquosCharacterRequest: request });
    expect(await refusalOf(creating)).toEqual({ status: 404, message });
    const changing = equos.characters.updateCharacter({ id: emulator.characterId, updateEquosCharacterRequest: wrong });
    expect(await refusalOf(changing)).toEqual({ status: 404, message });
  });

  it("a block in use stays, or is taken out of its characters", async () => {
    const { emulator, equos } = await emulatorAndClient();
    const [character] = (await equos.characters.listCharacters()).characters;
    const id = character?.brainId ?? "";
    expect(await refusalOf(equos.brains.deleteBrain({ id }))).toMatchObject({ status: 409 });
    expect(await equos.brains.getBrain({ id })).toMatchObject({ id });

    const other = await emulatorAndClient({ switches: { deleteInUse: "detach" } });
    await other.equos.brains.deleteBrain({ id });
    expect(await other.equos.characters.getCharacter({ id: emulator.characterId })).toMatchObject({ brainId: null });
    expect((await started(other.emulator)).conversation.character.brain).toBeNull();
  });

  it("a character that talks stays, or its conversation goes on without it", async () => {
    const { emulator, equos } = await emulatorAndClient();
    const { conversation } = await started(emulator);
    const id = emulator.characterId;
    expect(await refusalOf(equos.characters.deleteCharacter({ id }))).toMatchObject({ status: 409 });
    await equos.conversations.stopConversation({ id: conversation.id });
    expect(await equos.characters.deleteCharacter({ id })).toMatchObject({ id });

    const other = await emulatorAndClient({ switches: { deleteInUse: "detach" } });
    const talk = await started(other.emulator);
    await other.equos.characters.deleteCharacter({ id });
    expect(await other.equos.conversations.getConversationById(talk.conversation)).toMatchObject({ status: "running" });
  });

  it("one face and one voice of an identity, whoever changes what", async () => {
    const { equos } = await emulatorAndClient();
    const { faces, voices } = equos;
    expect(await refusalOf(faces.createFace({ createEquosFaceRequest: { identity: "tommy" } }))).toMatchObject({
      status: 409,
    });
    const puck = await voices.createVoice({ createEquosVoiceRequest: { identity: EquosVoiceIdentity.Puck } });
    const again = voices.createVoice({ createEquosVoiceRequest: { identity: EquosVoiceIdentity.Puck } });
    expect(await refusalOf(again)).toMatchObject({ status: 409 });
    const kore = { id: puck.id, createEquosVoiceRequest: { identity: EquosVoiceIdentity.Kore } };
    expect(await refusalOf(voices.updateVoice(kore))).toMatchObject({ status: 409 });
    const same = { id: puck.id, createEquosVoiceRequest: { identity: EquosVoiceIdentity.Puck, instructions: "Slow" } };
    expect(await voices.updateVoice(same)).toMatchObject({ instructions: "Slow" });
  });

  it("one character of a livekitIdentity, unless any may have it", async () => {
    const createEquosCharacterRequest = { name: "Ada", livekitIdentity: "ada" };
    const { equos } = await emulatorAndClient();
    await equos.characters.createCharacter({ createEquosCharacterRequest });
    expect(await refusalOf(equos.characters.createCharacter({ createEquosCharacterRequest }))).toMatchObject({
      status: 409,
    });
    const other = await emulatorAndClient({ switches: { livekitIdentity: "any" } });
    await other.equos.characters.createCharacter({ createEquosCharacterRequest });
    await other.equos.characters.createCharacter({ createEquosCharacterRequest });
  });
});

describe("changes", () => {
  it("reach conversations that start afterwards, and move `updatedAt`", async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26));
    const { emulator, equos } = await emulatorAndClient({ clock });
    const before = await started(emulator);
    await clock.advance(5_000);
    const id = before.conversation.character.brainId ?? "";
    const updated = await equos.brains.updateBrain({ id, createEquosBrainRequest: brain });
    expect(updated).toMatchObject({ ...brain, id, updatedAt: "2026-11-26T00:00:05.000Z" });
    expect((await started(emulator)).conversation.character.brain).toMatchObject(brain);
    expect(emulator.lastStartAnswer(before.conversation.id)).toEqual(before);
    expect(emulator.secretTexts).toContain(brain.instructions);
  });

  it("of a character leave what they do not name", async () => {
    const { emulator, equos } = await emulatorAndClient();
    const change = { id: emulator.characterId, updateEquosCharacterRequest: { name: "Guido", voiceId: null } };
    const updated = await equos.characters.updateCharacter(change);
    expect(updated).toMatchObject({
      name: "Guido",
      voiceId: null,
      brainId: "bra_emulator_guide",
      livekitIdentity: "avatar-guide",
    });
    const unknown = equos.characters.updateCharacter({ id: "cha_none", updateEquosCharacterRequest: {} });
    expect(await refusalOf(unknown)).toMatchObject({ status: 404 });
  });
});

describe("lists", () => {
  it("page, filter by client and say how many there are", async () => {
    const { emulator, equos } = await emulatorAndClient();
    for (let made = 0; made < 55; made += 1) {
      await equos.brains.createBrain({
        createEquosBrainRequest: { ...brain, client: made % 5 === 0 ? "shop" : "other" },
      });
    }
    const page = await equos.brains.listBrains({ client: "other", take: 50, skip: 40 });
    expect(page).toMatchObject({ skip: 40, take: 50, total: 44 });
    expect(page.brains).toHaveLength(4);
    expect((await equos.brains.listBrains()).brains).toHaveLength(20);
    expect(await refusalOf(equos.brains.listBrains({ take: 51 }))).toMatchObject({ status: 400 });
    expect(await refusalOf(equos.brains.listBrains({ skip: -1 }))).toMatchObject({ status: 400 });
    const digits = `${emulator.url}/v3/brains?skip=${"9".repeat(400)}`;
    expect((await fetch(digits, { headers: { "x-api-key": emulator.apiKey } })).status).toBe(400);
  });
});

describe("usage", () => {
  it("follows from the bill, by client and within the month", async () => {
    const clock = manualClock(Date.UTC(2026, 10, 30, 23));
    const { emulator, equos } = await emulatorAndClient({ clock });
    await started(emulator, { client: "shop", maxSeconds: 100 });
    await started(emulator, { client: "other" });
    await clock.advance(200_000);
    expect(await equos.organizations.getUserUsage({ client: "shop" })).toEqual({ client: "shop", seconds: 100 });
    expect(await equos.organizations.getUserUsage({ client: "none" })).toEqual({ client: "none", seconds: 0 });
    expect(await equos.organizations.getFreemiumUsage()).toBe(300);
    await clock.advance(3 * 3_600_000);
    expect(await equos.organizations.getFreemiumUsage()).toBe(0);
    expect(emulator.bill().totalSeconds).toBe(700);
  });

  it.each([
    [{ freemiumSeconds: 60 }, 60, { client: "shop", seconds: 100 }],
    [{ userUsage: "number", billingCycle: "ever" }, 100, 100],
  ] as const)("is told as the switches %j say", async (switches, free, ofUser) => {
    const clock = manualClock();
    const { emulator, equos } = await emulatorAndClient({ clock, switches });
    await started(emulator, { client: "shop" });
    await clock.advance(100_000);
    expect(await equos.organizations.getFreemiumUsage()).toBe(free);
    expect(await equos.organizations.getUserUsage({ client: "shop" })).toEqual(ofUser);
  });
});

describe("limits of the organization", () => {
  it("can be changed while it runs, and end with a reset", async () => {
    const { emulator, equos } = await emulatorAndClient();
    const start = () =>
      equos.conversations.startConversation({
        createEquosConversationRequest: { name: "x", characterId: emulator.characterId },
      });
    emulator.limit({ suspended: true });
    expect(await refusalOf(start())).toEqual({ status: 403, message: "The organization is suspended" });
    emulator.limit({ concurrent: 0, refuseStatus: 402 });
    expect(await refusalOf(start())).toMatchObject({ status: 402 });
    emulator.limit({});
    await start();
    emulator.limit({ concurrent: 1 });
    expect(await refusalOf(start())).toMatchObject({ status: 429 });
    emulator.reset();
    await start();
    await start();
  });

  it.each([
    [{ concurent: 1 }, "limits.concurent does not exist"],
    [{ concurrent: -1 }, "limits.concurrent takes a number"],
    [{ suspended: "yes" }, "limits.suspended takes true or false"],
    [{ refuseStatus: 200 }, "limits.refuseStatus takes a status"],
    [{ seconds: 0 }, "limits.seconds takes a number above 0"],
  ])("that are none are refused: %j", async (limits, message) => {
    // As JavaScript may give it.
    await expect(emulatorAndClient({ limits: limits as object })).rejects.toThrow(message);
  });
});

describe("ends that Equos makes", () => {
  it.each(["blocked", "error"] as const)("are told as %s, once", async (as) => {
    const clock = manualClock();
    const { emulator, equos } = await emulatorAndClient({ clock });
    const { conversation } = await started(emulator);
    await clock.advance(7_000);
    expect(emulator.end(conversation.id, as)).toBe(true);
    expect(emulator.end(conversation.id, as)).toBe(false);
    expect(await equos.conversations.getConversationById(conversation)).toMatchObject({ status: as });
    expect(await equos.conversations.stopConversation(conversation)).toBeNull();
    expect(emulator.bill().totalSeconds).toBe(7);
    emulator.assertNothingRunning();
  });
});

it.each([
  [{ apiKey: "two words" }, "apiKey takes"],
  [{ tokenTtlSeconds: Number.NaN }, "tokenTtlSeconds takes"],
  [{ tokenTtlSeconds: -5 }, "tokenTtlSeconds takes"],
  [{ switches: { uploadSeconds: 1e300 } }, "switches.uploadSeconds takes"],
])("options that are none are refused: %j", async (options, message) => {
  await expect(emulatorAndClient(options)).rejects.toThrow(message);
});

it("signs with the development key where a variable for another one is not set", async () => {
  const livekit = { url: "ws://127.0.0.1:7880", apiKey: undefined, apiSecret: undefined };
  const { emulator } = await emulatorAndClient({ livekit });
  expect((await started(emulator)).consumerAccessToken).toMatch(/^eyJ/);
  expect(emulator.livekit).toMatchObject({ apiKey: "devkey", apiSecret: "secret" });
});

it("makes tokens that open nothing here", async () => {
  const { equos } = await emulatorAndClient();
  const { token } = await equos.tokens.createToken({ createEquosTokenRequest: { user: "ada" } });
  expect(token).toMatch(/^tok_/);
  const unknown = equos.tokens.createToken({ createEquosTokenRequest: { user: "ada", character: "cha_none" } });
  expect(await refusalOf(unknown)).toMatchObject({ status: 404 });
});

it.each([
  ["text", "text/plain; charset=utf-8", "Brain is used by 1 character(s), cha_emulator_guide among them"],
  [
    "problem",
    "application/problem+json",
    '{"type":"about:blank","title":"Conflict","status":409,"detail":"Brain is used',
  ],
  ["empty", null, ""],
] as const)("writes errors as %s", async (errorBody, type, text) => {
  const { emulator } = await emulatorAndClient({ switches: { errorBody } });
  const response = await fetch(`${emulator.url}/v3/brains/bra_emulator_guide`, {
    method: "DELETE",
    headers: { "x-api-key": emulator.apiKey },
  });
  expect([response.status, response.headers.get("content-type")]).toEqual([409, type]);
  expect(await response.text()).toContain(text);
});
