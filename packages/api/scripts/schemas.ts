import { isReference, type OpenApiDocument, referenceName } from "./document.js";

export type Schema = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A schema's named properties; none for what is no object. */
export function propertiesOf(schema: unknown): readonly (readonly [name: string, schema: Schema])[] {
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
  return Object.entries(properties).map(([name, property]) => [name, isRecord(property) ? property : {}]);
}

export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** Names of the schemas that the given places of the document reach. */
function reached(document: OpenApiDocument, from: unknown, names = new Set<string>()): ReadonlySet<string> {
  if (typeof from !== "object" || from === null) return names;
  if (isReference(from) && from.$ref.startsWith("#/components/schemas/")) {
    const name = referenceName(from);
    if (names.has(name)) return names;
    names.add(name);
    return reached(document, document.components.schemas[name], names);
  }
  for (const child of Object.values(from)) reached(document, child, names);
  return names;
}

/** Schemas that only answers use, in the order of the document. */
export function answerSchemas(document: OpenApiDocument): readonly string[] {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const sent = reached(
    document,
    operations.map(({ requestBody }) => requestBody),
  );
  const got = reached(
    document,
    operations.map(({ responses }) => responses),
  );
  return Object.keys(document.components.schemas).filter((name) => got.has(name) && !sent.has(name));
}
