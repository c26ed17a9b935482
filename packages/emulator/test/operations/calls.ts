import type { Emulator } from "@equos-broker/emulator";
import fc from "fast-check";
import { brokenFor, validFor } from "../../../api/test/schemas/arbitraries.js";
import type { DocumentedOperation } from "../../../api/test/schemas/document-schemas.js";

/** What a request of these tests may name. */
export interface Names {
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

/** Ids of everything that the emulator holds, by the segment of the path that they belong to. */
export function namesOf(emulator: Emulator): Names {
  const {
    brains = [],
    faces = [],
    voices = [],
    knowledgeBases = [],
    characters = [],
    conversations = [],
  } = emulator.export();
  const ids = (rows: readonly { readonly id?: string }[]) => rows.flatMap(({ id }) => (id === undefined ? [] : [id]));
  return {
    ids: {
      brains: ids(brains),
      faces: ids(faces),
      voices: ids(voices),
      "knowledge-bases": ids(knowledgeBases),
      documents: knowledgeBases.flatMap(({ documents = [] }) => ids(documents)),
      characters: ids(characters),
      conversations: ids(conversations),
    },
  };
}

/** A request as it goes over the wire. */
export interface WireCall {
  readonly target: string;
  readonly body: unknown;
  /** Which field of the body is wrong, and how; `undefined` when the body is valid. */
  readonly broken: { readonly field: string; readonly how: string } | undefined;
  /** The query has something that cannot be. */
  readonly wrongQuery: boolean;
}

const anyText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .filter((text) => text !== "." && text !== "..");

/** Mostly something that exists. */
const oneOf = (known: readonly string[]) =>
  known.length === 0
    ? anyText
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: anyText });

function pathFor({ path }: DocumentedOperation, { ids }: Names): fc.Arbitrary<string> {
  const segments = path.split("/").map((segment, index, all) => {
    if (!segment.startsWith("{")) return fc.constant(segment);
    return oneOf(ids[all[index - 1] ?? ""] ?? []).map(encodeURIComponent);
  });
  return fc.tuple(...segments).map((parts) => parts.join("/"));
}

const page = fc.record({
  take: fc.option(
    fc.oneof(fc.integer({ min: 0, max: 50 }).map(String), fc.constantFrom("51", "-1", "1.5", "20.0", "2e1", "x", "")),
    {
      nil: undefined,
    },
  ),
  skip: fc.option(fc.oneof(fc.integer({ min: 0, max: 200 }).map(String), fc.constantFrom("-1", "x", "")), {
    nil: undefined,
  }),
  client: fc.option(fc.constantFrom("shop", "", "none"), { nil: undefined }),
});

/** As the document bounds them; a fraction is a number, too. */
const isNumber = (text: string | undefined, least: number, most: number): boolean =>
  text === undefined || (/^-?[\d.e]+$/.test(text) && Number(text) >= least && Number(text) <= most);

function queryFor({ name }: DocumentedOperation): fc.Arbitrary<{ text: string; wrong: boolean }> {
  if (name === "getUserUsage") {
    return fc.constantFrom(
      { text: "?client=shop", wrong: false },
      { text: "?client=", wrong: false },
      { text: "", wrong: true },
    );
  }
  if (!name.startsWith("list")) return fc.constant({ text: "", wrong: false });
  return page.map((values) => {
    const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const wrong =
      !isNumber(values.take, Number.NEGATIVE_INFINITY, 50) || !isNumber(values.skip, 0, Number.POSITIVE_INFINITY);
    return { text: given.length === 0 ? "" : `?${new URLSearchParams(given)}`, wrong };
  });
}

/** Fields whose text names another resource, with the kind that they name. */
const referring: Readonly<Record<string, string>> = {
  characterId: "characters",
  character: "characters",
  faceId: "faces",
  voiceId: "voices",
  brainId: "brains",
  knowledgeBaseId: "knowledge-bases",
};

/** The body with references to what exists, so that some requests get through. */
function referred(body: unknown, { ids }: Names, pick: number): unknown {
  if (typeof body !== "object" || body === null) return body;
  const entries = Object.entries(body).map(([name, value]) => {
    const known = ids[referring[name] ?? ""] ?? [];
    if (typeof value !== "string" || known.length === 0 || pick % 4 === 0) return [name, value];
    return [name, known[pick % known.length]];
  });
  return Object.fromEntries(entries);
}

/** Requests of one operation: valid ones, and ones with a defect of which is known where it is. */
export function callsOf(operation: DocumentedOperation, names: Names): fc.Arbitrary<WireCall> {
  const at = fc.tuple(pathFor(operation, names), queryFor(operation), fc.nat(1_000));
  const { body } = operation;
  const wire = (path: string, query: { text: string; wrong: boolean }) => ({
    target: path + query.text,
    wrongQuery: query.wrong,
  });
  if (body === undefined)
    return at.map(([path, query]) => ({ ...wire(path, query), body: undefined, broken: undefined }));
  const valid = fc.tuple(at, validFor(body)).map(
    ([[path, query, pick], value]): WireCall => ({
      ...wire(path, query),
      body: referred(value, names, pick),
      broken: undefined,
    }),
  );
  const broken = fc.tuple(at, brokenFor(body)).map(
    ([[path, query], { value, field, how }]): WireCall => ({
      ...wire(path, query),
      body: value,
      broken: { field, how },
    }),
  );
  return fc.oneof({ weight: 2, arbitrary: valid }, { weight: 1, arbitrary: broken });
}
