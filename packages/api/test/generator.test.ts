import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readDocument } from "../scripts/document.js";
import { generatedFiles } from "../scripts/generated.js";
import { offered } from "../scripts/offered.js";
import { rowsOf } from "../scripts/operations.js";
import { clientOf, serve, transports } from "./support.js";
import { checked } from "./typescript.js";

/**
 * The methods of the official SDK's `EquosClient` and their argument objects. `getUserUsage` is the one operation that
 * only the Python client has.
 */
const official = [
  "conversations.listConversations(take?, skip?, client?)",
  "conversations.startConversation(createEquosConversationRequest)",
  "conversations.getConversationById(id)",
  "conversations.stopConversation(id)",
  "characters.listCharacters(take?, skip?, client?)",
  "characters.createCharacter(createEquosCharacterRequest)",
  "characters.getCharacter(id)",
  "characters.updateCharacter(id, updateEquosCharacterRequest)",
  "characters.deleteCharacter(id)",
  "brains.listBrains(take?, skip?, client?)",
  "brains.createBrain(createEquosBrainRequest)",
  "brains.getBrain(id)",
  "brains.updateBrain(id, createEquosBrainRequest)",
  "brains.deleteBrain(id)",
  "faces.listFaces(take?, skip?, client?)",
  "faces.createFace(createEquosFaceRequest)",
  "faces.getFace(id)",
  "faces.deleteFace(id)",
  "voices.listVoices(take?, skip?, client?)",
  "voices.createVoice(createEquosVoiceRequest)",
  "voices.getVoice(id)",
  "voices.updateVoice(id, createEquosVoiceRequest)",
  "voices.deleteVoice(id)",
  "knowledgeBases.listKnowledgeBases(take?, skip?, client?)",
  "knowledgeBases.createKnowledgeBase(createKnowledgeBaseRequest)",
  "knowledgeBases.getKnowledgeBase(id)",
  "knowledgeBases.deleteKnowledgeBase(id)",
  "knowledgeBases.addDocument(id, createDocumentRequest)",
  "knowledgeBases.deleteDocument(id, doc)",
  "knowledgeBases.indexDocument(id, doc)",
  "tokens.createToken(createEquosTokenRequest)",
  "organizations.getFreemiumUsage()",
  "organizations.getUserUsage(client)",
  "health.healthCheck()",
];

describe("the committed files", () => {
  it.each(["schema.ts", "models.ts", "operations.ts", "answers.ts"] as const)(
    "src/generated/%s is what `pnpm generate` makes",
    async (name) => {
      const files = await generatedFiles(readDocument(), offered);
      const committed = readFileSync(new URL(`../src/generated/${name}`, import.meta.url), "utf8");
      expect(committed.replaceAll("\r\n", "\n")).toBe(files[name]);
    },
  );
});

describe("the whole document", () => {
  const document = readDocument();

  it("has no tag besides these", () => {
    const tags = Object.values(document.paths).flatMap((item) => Object.values(item).flatMap(({ tags }) => tags));
    expect(new Set(tags)).toEqual(new Set(Object.keys(offered)));
  });

  it("makes 34 rows, with the official SDK's namespaces and methods", () => {
    const rows = rowsOf(document, offered);
    expect(rows).toHaveLength(34);
    const names = rows.map(({ namespace, method }) => `${namespace}.${method}`);
    expect(names.toSorted()).toEqual(official.map((method) => method.replace(/\(.*/, "")).toSorted());
  });

  it("makes source that type-checks, with the official SDK's argument objects", async () => {
    const { problems, methods } = checked(await generatedFiles(document, offered));
    expect(problems).toEqual([]);
    expect(methods.toSorted()).toEqual(official.toSorted());
  });

  it("knows where JSON null is an answer", () => {
    const rows = rowsOf(document, offered);
    const nullable = rows.filter((row) => row.nullable).map(({ method }) => method);
    expect(nullable.toSorted()).toEqual([
      "deleteBrain",
      "deleteCharacter",
      "deleteFace",
      "deleteKnowledgeBase",
      "deleteVoice",
      "getBrain",
      "getCharacter",
      "getConversationById",
      "getFace",
      "getKnowledgeBase",
      "getVoice",
      "stopConversation",
      "updateBrain",
      "updateVoice",
    ]);
    expect(rows.find(({ method }) => method === "getFreemiumUsage")?.result).toBe("number");
    expect(rows.find(({ method }) => method === "getUserUsage")?.result).toBeUndefined();
  });

  it("refuses a tag that the document does not have, and names those it has", async () => {
    await expect(generatedFiles(document, { Conversation: "conversations", Token: "tokens" })).rejects.toThrow(
      /no operation has the tag "Token", only .*Health.*Tokens/,
    );
  });

  it("refuses a parameter that the document does not define", () => {
    const broken = structuredClone(document);
    broken.components.parameters = {};
    expect(() => rowsOf(broken, offered)).toThrow("listConversations: unknown parameter #/components/parameters/");
  });
});

describe.each(transports)("the client, over $transport", ({ own }) => {
  it("sends each operation to its place", async () => {
    const server = await serve();
    const equos = clientOf(server.url, own);
    const brain = { instructions: "Be kind.", greetingMessage: "Hello" };
    await equos.brains.updateBrain({ id: "bra/1", createEquosBrainRequest: brain });
    await equos.characters.updateCharacter({ id: "cha_1", updateEquosCharacterRequest: { name: "Ada" } });
    await equos.knowledgeBases.indexDocument({ id: "kb_1", doc: "{id}" });
    await equos.faces.deleteFace({ id: "fac_1" });
    await equos.organizations.getFreemiumUsage();
    await equos.organizations.getUserUsage({ client: "shop" });
    expect(server.seen.map(({ verb, target, body }) => `${verb} ${target} ${body}`.trimEnd())).toEqual([
      `PATCH /v3/brains/bra%2F1 ${JSON.stringify(brain)}`,
      'PUT /v3/characters/cha_1 {"name":"Ada"}',
      "PATCH /v3/knowledge-bases/kb_1/documents/%7Bid%7D/index",
      "DELETE /v3/faces/fac_1",
      "GET /v3/organizations/freemium-usage",
      "GET /v3/organizations/user-usage?client=shop",
    ]);
  });
});
