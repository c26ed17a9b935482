import { inspect } from "node:util";
import { expect, it } from "vitest";
import { emulatorFor, got, postStart, started } from "./support.js";

it("shows its key nowhere but in apiKey", async () => {
  const apiKey = "sk_emulator_of_the_privacy_test";
  const emulator = await emulatorFor({ apiKey });
  expect((await postStart(emulator, {}, { headers: { "x-api-key": `${apiKey}!` } })).status).toBe(401);
  const answer = await started(emulator);
  let thrown: unknown;
  try {
    emulator.assertNothingRunning();
  } catch (error) {
    thrown = error;
  }
  const shown = [
    emulator,
    emulator.requests(),
    emulator.conversations(),
    emulator.bill(),
    emulator.faults,
    answer,
    thrown,
  ];
  for (const value of shown) {
    const text = `${inspect(value, { depth: 9, showHidden: true, getters: true })} ${JSON.stringify(value)}`;
    expect(text).not.toContain(apiKey);
  }
  expect(inspect(emulator)).toBe(`Emulator { url: '${emulator.url}', characterId: 'cha_emulator_guide' }`);
});

it("lists as secret what a start answers beyond the three values of a client", async () => {
  const emulator = await emulatorFor();
  const { conversation } = await started(emulator);
  const text = JSON.stringify(conversation);
  const found = emulator.secretTexts.filter((secret) => text.includes(secret));
  expect(found).toContain(emulator.systemPrompt);
  expect(found).toContain(conversation.organizationId);
  expect(found).toContain(conversation.character.brain?.greetingMessage);
  expect(found).toContain(conversation.character.knowledgeBase?.documents[0]?.name);
  expect(found).toContain(conversation.character.elevenlabsAgentId);
  const grant = JSON.stringify([conversation.id, conversation.serverUrl, conversation.character.livekitIdentity]);
  for (const secret of emulator.secretTexts) expect(grant).not.toContain(secret);
});

it("lists the texts of given characters too", async () => {
  const emulator = await emulatorFor({ characters: { cha_own: { elevenlabsAgentId: "agent_of_ours" } } });
  expect(emulator.secretTexts).toContain("agent_of_ours");
  expect(emulator.secretTexts).not.toContain("cha_emulator_guide");
});

it("puts a secret into every answer that names a conversation", async () => {
  const emulator = await emulatorFor();
  const { conversation } = await started(emulator);
  const text = JSON.stringify(await got(emulator, conversation.id));
  expect(text).toContain(conversation.character.brain?.greetingMessage);
});
