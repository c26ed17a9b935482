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

/** A seed with one conversation that is as given. */
const talk = (given: object) => ({
  characters: seed.characters?.map(({ id = "", name, livekitIdentity }) => ({ id, name, livekitIdentity })),
  conversations: [
    {
      id: "con_1",
      request: { name: "x", characterId: "cha_1" },
      startedAt: "2026-01-01T00:00:00Z",
      maxSeconds: 60,
      ...given,
    },
  ],
});

/** A seed with one knowledge base of the given documents. */
const base = (...documents: readonly object[]) => ({
  knowledgeBases: [
    {
      name: "a",
      description: "b",
      documents: documents.map((document) => ({ name: "c", description: "d", mimeType: "text/plain", ...document })),
    },
  ],
});

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
    [talk({ startedAt: "2026-02-30T10:00:00Z" }), "conversations.0.startedAt: must match format"],
    [talk({ startedAt: "2026-02-28T25:00:00Z" }), "conversations.0.startedAt: must match format"],
    [
      talk({ request: { name: "x", characterId: "cha_1", foo: 1 } }),
      "conversations.0.request: property foo should not exist",
    ],
    [{ brains: [{ instructions: "", greetingMessage: "", createdAt: "2026-99-99T99:99:99Z" }] }, "brains.0.createdAt"],
    [base({ id: "doc_1" }, { id: "doc_1" }), 'knowledgeBases.0.documents.1.id: "doc_1" stands there twice'],
    [base({ contentBase64: "A" }), "knowledgeBases.0.documents.0.contentBase64: must be base64"],
    [base({ contentBase64: "AA=A" }), "knowledgeBases.0.documents.0.contentBase64: must be base64"],
    [base({ size: 60_000_000 }, { size: 60_000_000 }), "knowledgeBases.0.documents: are larger than 100 MB together"],
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
    ['{\n  "brains": [],\n  "brains": []\n}', ':3:3 "brains" stands there twice'],
    [`{\n  "brains": ${"[".repeat(20_000)}`, ":2:112 is nested too deeply"],
    [
      '{\n  "characters": [{ "id": "c", "name": "x", "livekitIdentity": "x" }],\n  "conversations": [{ "id": "k", "maxSeconds": 1, "startedAt": "2026-01-01T00:00:00Z",\n    "request": { "name": "x", "characterId": "c", "promptTemplateVars": {\n      "a/b": 7 } } }]\n}',
      ":5:14 conversations.0.request.promptTemplateVars.a/b: must be string",
    ],
  ])("that is none is refused with line, column and field: %j", async (text, message) => {
    const file = await fileWith(text);
    const error = await startEmulator({ seed: file }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SeedFileError);
    expect(String(error)).toContain(`${file}${message}`);
  });

  it("may have any number of brackets in its texts", async () => {
    const instructions = `"${"[{".repeat(500)}`;
    const file = await fileWith(JSON.stringify({ brains: [{ instructions, greetingMessage: "x" }] }));
    const { equos } = await emulatorAndClient({ seed: file });
    expect((await equos.brains.listBrains()).brains).toMatchObject([{ instructions }]);
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

  it.each([{ brain: null }, { knowledgeBase: null }, { faceId: "fac_none" }])(
    "leaves out what leads nowhere: %j",
    async (fields) => {
      const { emulator } = await emulatorAndClient({ characters: { cha_own: fields } });
      const again = await emulatorAndClient({ seed: emulator.export() });
      expect(again.emulator.characterIds).toEqual(["cha_own"]);
    },
  );

  it("keeps when a document was uploaded, and none is older than it can be", async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26));
    const { emulator, equos } = await emulatorAndClient({ clock });
    const [own] = (await equos.knowledgeBases.listKnowledgeBases()).items;
    const { uploadUrl } = await equos.knowledgeBases.addDocument({
      id: own?.id ?? "",
      createDocumentRequest: { name: "a", description: "b", mimeType: "text/plain" },
    });
    await clock.advance(60_000);
    await fetch(uploadUrl, { method: "PUT", headers: { "content-type": "text/plain" }, body: "x" });
    const again = await emulatorAndClient({ clock, seed: emulator.export() });
    const documents = async ({ knowledgeBases }: typeof equos) =>
      (await knowledgeBases.listKnowledgeBases()).items.flatMap((each) => each.documents);
    expect(await documents(again.equos)).toEqual(await documents(equos));
    for (const { createdAt, updatedAt } of await documents(equos)) expect(updatedAt >= createdAt).toBe(true);
  });
});
