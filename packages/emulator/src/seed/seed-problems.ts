import { type Check, messageOf, schemaCompiler } from "../validation/schemas.js";
import type { EmulatorSeed } from "./seed.js";
import { seedSchema } from "./seed-schema.js";

/** One thing that is wrong with a seed, and where. */
export interface SeedProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

let schemaCheck: Check | undefined;

const pathOf = (pointer: string): (string | number)[] =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function schemaProblems(value: unknown): SeedProblem[] {
  schemaCheck ??= schemaCompiler({ strict: false })(seedSchema);
  return schemaCheck(value).map((error) => {
    const { additionalProperty, unevaluatedProperty } = error.params;
    const unknown = additionalProperty ?? unevaluatedProperty;
    if (typeof unknown === "string") {
      return { path: [...pathOf(error.instancePath), unknown], message: "is no field of a seed" };
    }
    return {
      path: pathOf(error.instancePath),
      message: messageOf({ ...error, instancePath: "" }).replace(/^body /, ""),
    };
  });
}

interface Identified {
  readonly id?: string;
}

function duplicates(list: readonly Identified[] | undefined, name: string, known: Set<string>): SeedProblem[] {
  return (list ?? []).flatMap(({ id }, index) => {
    if (id === undefined) return [];
    if (known.has(id)) return [{ path: [name, index, "id"], message: `"${id}" stands there twice` }];
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

/** Everything that keeps a value from being a seed; empty when it is one. */
export function seedProblems(value: unknown): readonly SeedProblem[] {
  const wrong = schemaProblems(value);
  if (wrong.length > 0) return wrong;
  // It has the shape of the schema, which is the type's.
  const seed = value as EmulatorSeed;
  const known = new Set<string>();
  return [
    ...(["brains", "faces", "voices", "knowledgeBases", "characters", "conversations"] as const).flatMap((name) =>
      duplicates(seed[name], name, known),
    ),
    ...sameIdentities(seed.faces, "faces"),
    ...sameIdentities(seed.voices, "voices"),
    ...referenceProblems(seed),
  ];
}

/** `characters.0.brainId: names …`. */
export const problemText = ({ path, message }: SeedProblem): string =>
  `${path.length === 0 ? "the seed" : path.join(".")}: ${message}`;
