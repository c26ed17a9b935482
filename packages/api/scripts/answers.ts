import { isReference, type OpenApiDocument, referenceName } from "./document.js";
import type { Row } from "./operations.js";
import { isRecord, propertiesOf, type Schema, textsOf } from "./schemas.js";

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const plainTypes: Readonly<Record<string, string>> = {
  string: "z.string()",
  number: "z.number()",
  integer: "z.int()",
  boolean: "z.boolean()",
};

/** Zod source for one schema. Enums are open in answers: any text. */
function zodOf(schema: Schema): string {
  if (isReference(schema)) return lowerFirst(referenceName(schema));
  if (Array.isArray(schema.enum)) return "z.string()";
  if (Array.isArray(schema.oneOf)) {
    const choices = schema.oneOf.filter(isRecord);
    const [own, ...others] = choices.filter(({ type }) => type !== "null");
    if (own === undefined || others.length > 0) throw new Error(`no rule for ${JSON.stringify(schema)}`);
    return choices.length > 1 ? `z.nullable(${zodOf(own)})` : zodOf(own);
  }
  if (Array.isArray(schema.type)) {
    const types = textsOf(schema.type);
    const [own, ...others] = types.filter((type) => type !== "null");
    if (own === undefined || others.length > 0) throw new Error(`no rule for ${JSON.stringify(schema)}`);
    const inner = zodOf({ ...schema, type: own });
    return types.includes("null") ? `z.nullable(${inner})` : inner;
  }
  if (schema.type === "array" && isRecord(schema.items)) return `z.array(${zodOf(schema.items)})`;
  if (schema.type === "object") {
    if (isRecord(schema.additionalProperties)) return `z.record(z.string(), ${zodOf(schema.additionalProperties)})`;
    return objectOf(schema);
  }
  const plain = plainTypes[String(schema.type)];
  if (plain === undefined) throw new Error(`no rule for ${JSON.stringify(schema)}`);
  return plain;
}

function objectOf(schema: Schema): string {
  const required = textsOf(schema.required);
  const fields = propertiesOf(schema).map(([name, property]) => {
    const source = zodOf(property);
    return `  ${name}: ${required.includes(name) ? source : `z.optional(${source})`},`;
  });
  return `z.object({\n${fields.join("\n")}\n})`;
}

/** What stands before what: a schema's own references first. */
function inOrder(document: OpenApiDocument, roots: readonly string[]): readonly string[] {
  const order: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (isReference(value)) {
      const name = referenceName(value);
      if (order.includes(name)) return;
      visit(document.components.schemas[name]);
      order.push(name);
      return;
    }
    for (const child of Object.values(value)) visit(child);
  };
  for (const name of roots) visit({ $ref: `#/components/schemas/${name}` });
  return order;
}

/** One zod schema per operation that declares its answer. */
export function answersSource(document: OpenApiDocument, rows: readonly Row[]): string {
  const named = rows.map(({ result }) => result).filter((name) => name !== undefined && /^[A-Z]/.test(name));
  const lines = [
    "// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.",
    'import * as z from "zod";',
    "",
  ];
  for (const name of inOrder(
    document,
    named.filter((name) => name !== undefined),
  )) {
    const schema = document.components.schemas[name];
    lines.push(`const ${lowerFirst(name)} = ${zodOf(isRecord(schema) ? schema : {})};`);
  }
  lines.push("", "/** What each operation answers; one that is missing here has no declared answer. */");
  lines.push("export const answers: Readonly<Record<string, z.ZodType>> = {");
  for (const { method, result, nullable } of rows) {
    if (result === undefined) continue;
    const source = /^[A-Z]/.test(result) ? lowerFirst(result) : zodOf({ type: result });
    lines.push(`  ${method}: ${nullable ? `z.nullable(${source})` : source},`);
  }
  lines.push("};", "");
  return lines.join("\n");
}
