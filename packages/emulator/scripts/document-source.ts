import { isReference, type OpenApiDocument, type Operation, referenceName } from "../../api/scripts/document.js";
import { isRecord } from "../../api/scripts/schemas.js";

/** JSON Schema's own keywords only, with references turned towards `$defs`. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return value;
  if (isReference(value)) return { $ref: `#/$defs/${referenceName(value)}` };
  const own = Object.entries(value).filter(
    ([key]) => !["description", "examples", "deprecated"].includes(key) && !key.startsWith("x-"),
  );
  return Object.fromEntries(
    own.map(([key, child]) => [key, key === "properties" && isRecord(child) ? properties(child) : plain(child)]),
  );
}

/** Their names are anything, a keyword's name too. */
const properties = (named: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, plain(schema)]));

function operationOf(
  path: string,
  verb: string,
  { requestBody, responses, security }: Operation & { security?: unknown[] },
) {
  const success = Object.entries(responses).find(([status]) => status.startsWith("2"));
  if (success === undefined) throw new Error(`${verb} ${path} declares no success`);
  const [status, response] = success;
  return {
    verb: verb.toUpperCase(),
    path,
    success: Number(status),
    // Only the health check asks for no key.
    open: security?.length === 0,
    body: plain(requestBody?.content["application/json"].schema) ?? null,
    answer: plain(response.content?.["application/json"].schema) ?? null,
  };
}

/** Operations and schemas of the document as a TypeScript module: what the emulator routes and validates by. */
export function documentSource(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]) => [operation.operationId, operationOf(path, verb, operation)]),
  );
  const $defs = Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, plain(schema)]),
  );
  const head = "// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.\n";
  const write = (name: string, type: string, value: unknown) =>
    `export const ${name}: ${type} = ${JSON.stringify(value, null, 1)};\n`;
  return [
    head,
    'import type { OperationName } from "@equos-broker/api";\n',
    'import type { DocumentedOperation, JsonSchema } from "../validation/documented.js";\n\n',
    write("operations", "Readonly<Record<OperationName, DocumentedOperation>>", Object.fromEntries(operations)),
    "\n",
    write("definitions", "Readonly<Record<string, JsonSchema>>", $defs),
  ].join("");
}
