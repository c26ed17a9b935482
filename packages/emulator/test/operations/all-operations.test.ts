import { inspect } from "node:util";
import { EquosClient, RequiredError, ResponseError } from "@equos-broker/api";
import { type Emulator, type EmulatorSwitches, startEmulator } from "@equos-broker/emulator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DocumentedOperation,
  document,
  documentedOperations,
} from "../../../api/test/schemas/document-schemas.js";
import { callsOf, namesOf, type WireCall } from "./calls.js";

const REQUESTS = 300;
const BATCH = 30;

/** The document as it is, independent of what is generated from it. */
const ajv = new Ajv2020({ strict: false, allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addSchema(document, "document");

/** What the client made of a request: the answer, or how it failed. */
type Outcome =
  | { readonly kind: "answer"; readonly value: unknown }
  | { readonly kind: "refused"; readonly status: number; readonly body: unknown };

/** What the facts leave open, as it is unless told, and otherwise. */
const settings: readonly Partial<EmulatorSwitches>[] = [
  {},
  {
    missing: "404",
    invalidStatus: 422,
    unknownReference: 400,
    deleteInUse: "detach",
    livekitIdentity: "any",
    characterBlocks: "whole",
    pendingDocuments: "listed",
    indexWithoutBytes: "accept",
    order: "newest",
    transcript: "ended",
    joined: "avatar",
    userUsage: "number",
    errorBody: "problem",
  },
];

interface Side {
  readonly emulator: Emulator;
  readonly equos: EquosClient;
  readonly switches: Partial<EmulatorSwitches>;
  /** Of the latest answer; the client itself does not tell it of a success. */
  status: number;
}

const sides: Side[] = [];

beforeAll(async () => {
  for (const switches of settings) {
    const emulator = await startEmulator({ switches });
    const observed: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      side.status = response.status;
      return response;
    };
    const equos = EquosClient.create(emulator.apiKey, { endpoint: emulator.url, fetch: observed });
    const side: Side = { emulator, equos, switches, status: 0 };
    sides.push(side);
  }
});
afterAll(() => Promise.all(sides.map(({ emulator }) => emulator.close())));

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** The arguments with which the client makes exactly this request. */
function argumentsFor({ path, body }: DocumentedOperation, call: WireCall): Record<string, unknown> {
  const [target = "", query = ""] = call.target.split("?");
  const segments = target.split("/");
  const fromPath = path
    .split("/")
    .flatMap((segment, index): [string, string][] =>
      segment.startsWith("{") ? [[segment.slice(1, -1), decodeURIComponent(segments[index] ?? "")]] : [],
    );
  const name =
    String(body?.$ref ?? "")
      .split("/")
      .at(-1) ?? "";
  return {
    ...Object.fromEntries([...fromPath, ...new URLSearchParams(query)]),
    ...(body === undefined ? {} : { [lowerFirst(name)]: call.body }),
  };
}

async function outcomeOf({ equos, switches }: Side, operation: DocumentedOperation, call: WireCall): Promise<Outcome> {
  for (const namespace of Object.values(equos)) {
    // Every method takes one object; what is in it is what this test is about.
    const method = (namespace as Record<string, ((args: object) => Promise<unknown>) | undefined>)[operation.name];
    if (method === undefined) continue;
    try {
      return { kind: "answer", value: await method(argumentsFor(operation, call)) };
    } catch (error) {
      // A query that is missing is noticed by the client, a body that is wrong by the emulator.
      if (error instanceof RequiredError && call.wrongQuery) {
        return { kind: "refused", status: switches.invalidStatus ?? 400, body: undefined };
      }
      if (!(error instanceof ResponseError)) throw error;
      return { kind: "refused", status: error.response.status, body: JSON.parse(await error.response.text()) };
    }
  }
  throw new Error(`the client has no ${operation.name}`);
}

const answerValidators = new Map(
  documentedOperations.map(({ name, path, verb, success }) => {
    const pointer = `/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}/${verb.toLowerCase()}/responses/${success}`;
    const declared = documentedOperations.find((operation) => operation.name === name)?.answer;
    if (declared === undefined) return [name, undefined];
    return [name, ajv.compile({ $ref: `document#${encodeURI(pointer)}/content/application~1json/schema` })];
  }),
);

const inIdentity = (body: unknown, name: "consumer" | "remoteAgent"): boolean =>
  JSON.stringify((body as Record<string, unknown> | undefined)?.[name] ?? null).includes('"identity":""');

/** Statuses that an operation may refuse a valid request with. */
function refusalsOf(
  name: string,
  { missing, unknownReference = 404, deleteInUse, livekitIdentity, indexWithoutBytes }: Side["switches"],
) {
  const table: readonly (readonly [pattern: RegExp, status: number])[] = [
    [/^(create|update)(Face|Voice)$/, 409],
    [/^(createCharacter|updateCharacter|startConversation|createToken)$/, unknownReference],
    [/^(updateCharacter|addDocument|indexDocument|deleteDocument)$/, 404],
    ...(livekitIdentity === "any" ? [] : [[/^createCharacter$/, 409] as const]),
    ...(indexWithoutBytes === "accept" ? [] : [[/^indexDocument$/, 409] as const]),
    ...(deleteInUse === "detach" ? [] : [[/^delete(Brain|Face|Voice|KnowledgeBase|Character)$/, 409] as const]),
    ...(missing === "404" ? [[/^(get(?!.*Usage)|delete|update(Brain|Voice)|stop)/, 404] as const] : []),
  ];
  return table.flatMap(([pattern, status]) => (pattern.test(name) ? [status] : []));
}

function judge(side: Side, operation: DocumentedOperation, call: WireCall, outcome: Outcome): void {
  const { name, success } = operation;
  const { switches } = side;
  const status = outcome.kind === "answer" ? side.status : outcome.status;
  const emptyIdentity = inIdentity(call.body, "consumer") || inIdentity(call.body, "remoteAgent");
  if (call.wrongQuery || call.broken !== undefined || emptyIdentity) {
    expect({ status }).toEqual({ status: switches.invalidStatus ?? 400 });
    if (call.broken !== undefined && outcome.kind === "refused") {
      expect(JSON.stringify(outcome.body)).toContain(call.broken.field.split(".").at(-1));
    }
    return;
  }
  if (outcome.kind === "answer") {
    expect(status).toBe(success);
    const validate = answerValidators.get(name);
    if (validate && !validate(outcome.value)) expect(validate.errors).toEqual([]);
    return;
  }
  expect(refusalsOf(name, switches)).toContain(outcome.status);
  const shape = switches.errorBody === "problem" ? { status, detail: expect.anything() } : { statusCode: status };
  expect(outcome.body).toMatchObject(shape);
}

describe("client and emulator agree with the document", () => {
  it("of which there are 34 operations", () => {
    expect(documentedOperations).toHaveLength(34);
  });

  it.each(documentedOperations)(`$name, in ${REQUESTS} valid and invalid requests`, async (operation) => {
    const [firstSeed = 1] = fc.sample(fc.nat(), 1);
    const batches = REQUESTS / BATCH;
    let answered = 0;
    for (let batch = 0; batch < batches; batch += 1) {
      const side = sides[batch % sides.length];
      if (side === undefined) throw new Error("no emulator runs");
      side.emulator.reset();
      await prepare(side, operation);
      // Resources come and go, so each batch of requests is drawn for what is there.
      const seed = firstSeed + batch;
      for (const call of fc.sample(callsOf(operation, namesOf(side.emulator)), { seed, numRuns: BATCH })) {
        const outcome = await outcomeOf(side, operation, call);
        try {
          judge(side, operation, call, outcome);
        } catch (error) {
          throw new Error(`seed ${seed}: ${inspect({ call, outcome }, { depth: 8 })}`, { cause: error });
        }
        if (outcome.kind === "answer") answered += 1;
      }
    }
    // Not everything was refused.
    expect(answered).toBeGreaterThan(0);
  });
});

/** Something of each kind that nothing else uses, beside what the emulator has anyway. */
async function prepare({ equos, emulator, switches }: Side, { name }: DocumentedOperation): Promise<void> {
  const { brains, voices, knowledgeBases, characters, conversations, faces } = equos;
  await brains.createBrain({
    createEquosBrainRequest: { instructions: "Be kind.", greetingMessage: "Hello", client: "shop" },
  });
  await voices.createVoice({ createEquosVoiceRequest: { identity: "Puck" } }).catch(() => undefined);
  const createKnowledgeBaseRequest = { name: "Prices", description: "Of the shop", client: "shop" };
  const { id } = await knowledgeBases.createKnowledgeBase({ createKnowledgeBaseRequest });
  const createDocumentRequest = { name: "a.txt", description: "A", mimeType: "text/plain" };
  const { uploadUrl } = await knowledgeBases.addDocument({ id, createDocumentRequest });
  await fetch(uploadUrl, { method: "PUT", headers: { "content-type": "text/plain" }, body: "prices" });
  await knowledgeBases.addDocument({ id, createDocumentRequest });
  await characters.createCharacter({ createEquosCharacterRequest: { name: "Ada", livekitIdentity: "ada" } });
  await conversations.startConversation({
    createEquosConversationRequest: { name: "talk", characterId: emulator.characterId, client: "shop" },
  });
  // There is one gallery face, and it is taken unless somebody gives it up.
  if (name !== "createFace" || switches.deleteInUse !== "detach") return;
  for (const face of (await faces.listFaces()).faces) await faces.deleteFace(face);
}
