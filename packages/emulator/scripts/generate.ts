import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

/** The schemas that requests are validated against; those they refer to come along. */
const roots = ["CreateEquosConversationRequest"];
const prefix = "#/components/schemas/";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const documentFile = new URL("../../api/equos-v3.openapi.yaml", import.meta.url);
const document: unknown = parse(readFileSync(documentFile, "utf8"));
const components = isRecord(document) && isRecord(document.components) ? document.components : {};
const schemas = isRecord(components.schemas) ? components.schemas : {};
const kept: Record<string, unknown> = {};

/** The schema with JSON Schema's own keywords only, its references turned towards `$defs`. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  if (typeof value.$ref === "string") {
    const name = value.$ref.slice(prefix.length);
    keep(name);
    return { $ref: `#/$defs/${name}` };
  }
  const own = Object.entries(value).filter(([key]) => key !== "description" && !key.startsWith("x-"));
  return Object.fromEntries(
    own.map(([key, child]) => [key, key === "properties" && isRecord(child) ? properties(child) : plain(child)]),
  );
}

function properties(named: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, plain(schema)]));
}

function keep(name: string): void {
  if (name in kept) return;
  if (!(name in schemas)) throw new Error(`the document has no schema ${name}`);
  kept[name] = undefined;
  kept[name] = plain(schemas[name]);
}

roots.forEach(keep);

const head = "// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.\n";
const source = `${head}export const document = ${JSON.stringify({ $defs: kept }, null, 2)};\n`;
writeFileSync(new URL("../src/generated/document.ts", import.meta.url), source);
