import { knowledgeBaseBytes } from "../state/upload-urls.js";
import { bodyChecks } from "../validation/request-checks.js";
import { type Check, messageOf, schemaCompiler } from "../validation/schemas.js";
import type { EmulatorSeed } from "./seed.js";
import { seedSchema } from "./seed-schema.js";

/** One thing that is wrong with a seed, and where. */
export interface SeedProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

let schemaCheck: Check | undefined;

/** The places that a JSON pointer names in a value: numbers in lists, names elsewhere. */
function pathOf(pointer: string, value: unknown): (string | number)[] {
  let inside = value;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const key = Array.isArray(inside) ? Number(name) : name;
      inside = Object(inside)[key];
      return key;
    });
}

function schemaProblems(value: unknown): SeedProblem[] {
  schemaCheck ??= schemaCompiler({ strict: false })(seedSchema);
  return schemaCheck(value).map((error) => {
    const path = pathOf(error.instancePath, value);
    const { additionalProperty, unevaluatedProperty } = error.params;
    const unknown = additionalProperty ?? unevaluatedProperty;
    if (typeof unknown === "string") return { path: [...path, unknown], message: "is no field of a seed" };
    return { path, message: messageOf({ ...error, instancePath: "" }).replace(/^body /, "") };
  });
}

const checkBody = bodyChecks({ strict: true });

/** What the API would refuse in the request that a conversation began with. */
function requestProblems({ conversations = [] }: EmulatorSeed): SeedProblem[] {
  return conversations.flatMap(({ request }, index) =>
    checkBody("startConversation", request).map((message) => ({ path: ["conversations", index, "request"], message })),
  );
}

interface Identified {
  readonly id?: string;
}

function duplicates(
  list: readonly Identified[] | undefined,
  place: SeedProblem["path"],
  known: Set<string>,
): SeedProblem[] {
  return (list ?? []).flatMap(({ id }, index) => {
    if (id === undefined) return [];
    if (known.has(id)) return [{ path: [...place, index, "id"], message: `"${id}" stands there twice` }];
    known.add(id);
    return [];
  });
}

const references = {
  brainId: "brains",
  faceId: "faces",
  voiceId: "voices",
  knowledgeBaseId: "knowledgeBases",
} as const;

function referenceProblems(seed: EmulatorSeed): SeedProblem[] {
  const ids = (list: readonly Identified[] | undefined) => new Set((list ?? []).map(({ id }) => id));
  const problems: SeedProblem[] = [];
  for (const [index, character] of (seed.characters ?? []).entries()) {
    for (const [field, kind] of Object.entries(references)) {
      // The keys are those of the table above.
      const id = character[field as keyof typeof references];
      if (typeof id === "string" && !ids(seed[kind]).has(id)) {
        problems.push({
          path: ["characters", index, field],
          message: `names "${id}", which is not among the seed's ${kind}`,
        });
      }
    }
  }
  for (const [index, { request }] of (seed.conversations ?? []).entries()) {
    if (ids(seed.characters).has(request.characterId)) continue;
    const message = `names "${request.characterId}", which is not among the seed's characters`;
    problems.push({ path: ["conversations", index, "request", "characterId"], message });
  }
  return problems;
}

function sameIdentities(list: readonly { readonly identity: string }[] | undefined, name: string): SeedProblem[] {
  const known = new Set<string>();
  return (list ?? []).flatMap(({ identity }, index) => {
    if (known.has(identity)) return [{ path: [name, index, "identity"], message: `"${identity}" stands there twice` }];
    known.add(identity);
    return [];
  });
}

/** What a schema cannot say of documents. */
function documentProblems({ knowledgeBases = [] }: EmulatorSeed, known: Set<string>): SeedProblem[] {
  return knowledgeBases.flatMap(({ documents = [] }, base) => {
    const place = ["knowledgeBases", base, "documents"];
    const sizes = documents.map(({ contentBase64, size = 0 }) =>
      contentBase64 === undefined ? size : Buffer.byteLength(contentBase64, "base64"),
    );
    const isTooLarge = sizes.reduce((sum, size) => sum + size, 0) > knowledgeBaseBytes;
    return [
      ...duplicates(documents, place, known),
      ...(isTooLarge ? [{ path: place, message: "are larger than 100 MB together" }] : []),
      ...documents.flatMap(({ contentBase64 = "" }, index) => {
        const isBase64 = Buffer.from(contentBase64, "base64").toString("base64") === contentBase64;
        return isBase64 ? [] : [{ path: [...place, index, "contentBase64"], message: "must be base64" }];
      }),
    ];
  });
}

/** Everything that keeps a value from being a seed; empty when it is one. */
export function seedProblems(value: unknown): readonly SeedProblem[] {
  const wrong = schemaProblems(value);
  if (wrong.length > 0) return wrong;
  // It has the shape of the schema, which is the type's.
  const seed = value as EmulatorSeed;
  const known = new Set<string>();
  return [
    ...(["brains", "faces", "voices", "knowledgeBases", "characters", "conversations"] as const).flatMap((name) =>
      duplicates(seed[name], [name], known),
    ),
    ...documentProblems(seed, known),
    ...requestProblems(seed),
    ...sameIdentities(seed.faces, "faces"),
    ...sameIdentities(seed.voices, "voices"),
    ...referenceProblems(seed),
  ];
}

/** `characters.0.brainId: names …`. */
export const problemText = ({ path, message }: SeedProblem): string =>
  `${path.length === 0 ? "the seed" : path.join(".")}: ${message}`;
