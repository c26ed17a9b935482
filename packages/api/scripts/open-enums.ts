import ts from "typescript";
import { isReference, type OpenApiDocument, referenceName } from "./document.js";
import { answerSchemas, isRecord } from "./schemas.js";

/** Marks "any other text" for {@link otherText}. */
const marked = { type: "string", "x-other-text": true };

const isEnum = (schema: unknown): boolean => isRecord(schema) && Array.isArray(schema.enum);

/**
 * The document with the enums of answers open: Equos has changed its lists of values before, and a type that forbids
 * what may arrive tomorrow would be wrong. What is sent keeps its enums.
 */
export function withOpenEnums(document: OpenApiDocument): OpenApiDocument {
  const { schemas } = document.components;
  const opened = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(opened);
    if (!isRecord(value)) return value;
    if (isReference(value)) return isEnum(schemas[referenceName(value)]) ? { anyOf: [value, marked] } : value;
    if (isEnum(value)) return { anyOf: [value, marked] };
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, opened(child)]));
  };
  const answers = answerSchemas(document).filter((name) => !isEnum(schemas[name]));
  const open = Object.fromEntries(answers.map((name) => [name, opened(schemas[name])]));
  return { ...document, components: { ...document.components, schemas: { ...schemas, ...open } } };
}

/** `string & {}`: any text, while editors still offer the known values beside it. */
export function otherText(schema: object): ts.TypeNode | undefined {
  if (!("x-other-text" in schema)) return undefined;
  return ts.factory.createIntersectionTypeNode([
    ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
    ts.factory.createTypeLiteralNode([]),
  ]);
}
