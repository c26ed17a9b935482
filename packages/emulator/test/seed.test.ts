import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uploadDocument } from "@equos-broker/api";
import { type EmulatorSeed, manualClock, SeedFileError, startEmulator } from "@equos-broker/emulator";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { emulatorAndClient } from "./client.js";
import { got, started } from "./support.js";

const seed: EmulatorSeed = {
  brains: [{ id: "bra_1", instructions: "Be kind.", greetingMessage: "Hello" }],
  voices: [{ id: "voi_1", identity: "Kore", createdAt: "2026-01-01T00:00:00.000Z" }],
  knowledgeBases: [
    {
      id: "kno_1",
      name: "Shop",
      description: "Of the shop",
      documents: [
        {
          name: "a.txt",
          description: "A",
          mimeType: "text/plain",
          contentBase64: "aGVsbG8=",
          indexStartedAt: "2026-01-01T00:00:00.000Z",
        },
        { name: "b.txt", description: "B", mimeType: "text/plain" },
      ],
    },
  ],
  characters: [
    { id: "cha_1", name: "Ada", livekitIdentity: "ada", brainId: "bra_1", voiceId: "voi_1", knowledgeBaseId: "kno_1" },
  ],
};

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seed-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "seed.json");
  await writeFile(file, text);
  return file;
}

describe("a seed", () => {
  it("is what the emulator begins with, instead of its own characters", async () => {
    const { emulator, equos } = await emulatorAndClient({ seed });
    expect(emulator.characterIds).toEqual(["cha_1"]);
    const { conversation } = await started(emulator);
    expect(conversation.character).toMatchObject({
      face: null,
      brain: { instructions: "Be kind." },
      voice: { createdAt: "2026-01-01T00:00:00.000Z" },
      knowledgeBase: { documents: [{ name: "a.txt", size: 5, status: "indexed" }] },
    });
    expect(await equos.brains.listBrains()).toMatchObject({ total: 1 });
  });

  it("comes back with a reset, and leaves what it was given alone", async () => {
    const { emulator, equos } = await emulatorAndClient({ seed });
    await equos.brains.updateBrain({
      id: "bra_1",
      createEquosBrainRequest: { instructions: "x", greetingMessage: "y" },
    });
    await equos.characters.deleteCharacter({ id: "cha_1" });
    emulator.reset();
    expect(await equos.brains.getBrain({ id: "bra_1" })).toMatchObject({ instructions: "Be kind." });
    expect(emulator.characterIds).toEqual(["cha_1"]);
    expect(seed.brains).toHaveLength(1);
  });

  it("can stand beside characters of one's own", async () => {
    const { emulator } = await emulatorAndClient({ seed, characters: { cha_own: {} } });
    expect(emulator.characterIds).toEqual(["cha_own", "cha_1"]);
  });

  it.each([
    [{ brians: [] }, "brians: is no field of a seed"],
    [{ brains: [{ instructions: "x", greetingMessage: 7 }] }, "brains.0.greetingMessage: must be string"],
    [{ brains: [{ instructions: "x", greetingMessage: "y", model: "z" }] }, "brains.0.model: is no field of a seed"],
    [{ faces: [{ identity: "byron" }] }, "faces.0.identity: must be equal to one of the allowed values"],
    [{ faces: [{ identity: "tommy" }, { identity: "tommy" }] }, 'faces.1.identity: "tommy" stands there twice'],
    [
      { brains: [{ id: "a", instructions: "", greetingMessage: "" }], voices: [{ id: "a", identity: "Puck" }] },
      'voices.0.id: "a" stands there twice',
    ],
    [{ characters: [{ name: "x", livekitIdentity: "x", brainId: "none" }] }, 'characters.0.brainId: names "none"'],
    [[], "the seed: must be object"],
  ])("that is none is refused: %j", async (wrong, message) => {
    // As JavaScript may give it.
    await expect(startEmulator({ seed: wrong as EmulatorSeed })).rejects.toThrow(message);
  });
});

describe("a seed file", () => {
  it("is read", async () => {
    const { emulator } = await emulatorAndClient({ seed: await fileWith(JSON.stringify(seed)) });
    expect(emulator.characterIds).toEqual(["cha_1"]);
  });

  it.each([
    ['{\n  "brains": [,]\n}', ":2:14 is no JSON: ValueExpected"],
    ["", ":1:1 is no JSON"],
    [
      '{\n  "characters": [\n    { "name": "x",\n      "livekitIdentity": "x",\n      "faceId": "none" }\n  ]\n}',
      ":5:17 characters.0.faceId: names",
    ],
    ['{\n  "voices": [ { "identity": "Nobody" } ]\n}', ":2:29 voices.0.identity: must be equal to one of"],
    ['{\n  "voices": {}\n}', ":2:13 voices: must be array"],
  ])("that is none is refused with line, column and field: %j", async (text, message) => {
    const file = await fileWith(text);
    const error = await startEmulator({ seed: file }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SeedFileError);
    expect(String(error)).toContain(`${file}${message}`);
  });

  it("that is not there is named", async () => {
    await expect(startEmulator({ seed: "/nowhere/seed.json" })).rejects.toThrow("/nowhere/seed.json cannot be read");
  });

  it("never does anything but start or say why not, whatever stands in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
        const file = await fileWith(text);
        const outcome = await startEmulator({ seed: file }).catch((thrown: unknown) => thrown);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SeedFileError);
        else if (typeof outcome === "object" && outcome !== null && "close" in outcome)
          await (outcome as { close(): Promise<void> }).close();
      }),
      { numRuns: 60 },
    );
  });
});

describe("an export", () => {
  it("brings another emulator to the same state, documents and conversations included", async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26));
    const { emulator, equos } = await emulatorAndClient({ clock });
    const createKnowledgeBaseRequest = { name: "Shop", description: "Of the shop" };
    const { id } = await equos.knowledgeBases.createKnowledgeBase({ createKnowledgeBaseRequest });
    const request = { name: "a.bin", description: "A", mimeType: "application/octet-stream" };
    await uploadDocument(equos, { id, ...request, content: new Uint8Array([0, 255, 10, 13]) });
    const talks = [await started(emulator), await started(emulator, { client: "shop" }), await started(emulator)];
    const [running, stopped, blocked] = talks.map(({ conversation }) => conversation.id);
    emulator.join(running ?? "");
    await clock.advance(30_000);
    await equos.conversations.stopConversation({ id: stopped ?? "" });
    emulator.end(blocked ?? "", "blocked");
    const exported = JSON.parse(JSON.stringify(emulator.export()));

    const again = await emulatorAndClient({ clock, seed: exported });
    expect(again.emulator.export()).toEqual(exported);
    expect(again.emulator.conversations()).toEqual(emulator.conversations());
    expect(again.emulator.bill()).toEqual(emulator.bill());
    for (const id of emulator.characterIds) {
      expect((await started(again.emulator, { characterId: id })).conversation.character).toEqual(
        (await started(emulator, { characterId: id })).conversation.character,
      );
    }
    for (const { conversation } of talks) {
      expect(await got(again.emulator, conversation.id)).toEqual(await got(emulator, conversation.id));
    }
    expect(await again.equos.knowledgeBases.getKnowledgeBase({ id })).toEqual(
      await equos.knowledgeBases.getKnowledgeBase({ id }),
    );
    expect(() => again.emulator.assertNothingRunning()).toThrow(running ?? "no id");
  });
});
