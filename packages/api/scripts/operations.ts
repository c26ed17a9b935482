import { isReference, type OpenApiDocument, type Operation, type Parameter, referenceName } from "./document.js";

export interface Row {
  namespace: string;
  method: string;
  summary: string;
  verb: string;
  path: string;
  parameters: Parameter[];
  /** Schema of the request body. */
  body: string | undefined;
  /** Schema of the success answer; `undefined` where the document declares none. */
  result: string | undefined;
  /** A missing resource is a success with JSON `null`. */
  nullable: boolean;
}

/** One row per operation of the given tags: all that the client needs to know of it. */
export function rowsOf(document: OpenApiDocument, namespaces: Readonly<Record<string, string>>): Row[] {
  const rows: Row[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [verb, operation] of Object.entries(item)) {
      const namespace = namespaces[operation.tags[0] ?? ""];
      if (namespace !== undefined) rows.push(rowOf(document, namespace, path, verb, operation));
    }
  }
  return rows;
}

function rowOf(document: OpenApiDocument, namespace: string, path: string, verb: string, operation: Operation): Row {
  const parameters = (operation.parameters ?? []).map((parameter) => {
    if (!isReference(parameter)) return parameter;
    const target = document.components.parameters[referenceName(parameter)];
    if (target === undefined) throw new Error(`${operation.operationId}: unknown parameter ${parameter.$ref}`);
    return target;
  });
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1];
  const schema = success?.content?.["application/json"].schema;
  const choices = schema === undefined ? [] : isReference(schema) ? [schema] : (schema.oneOf ?? [schema]);
  const named = choices.find((choice) => isReference(choice));
  const plain = choices.find((choice) => !isReference(choice) && "type" in choice && choice.type !== "null");
  const body = operation.requestBody?.content["application/json"].schema;
  return {
    namespace,
    method: operation.operationId,
    summary: operation.summary,
    verb: verb.toUpperCase(),
    path,
    parameters,
    body: body && referenceName(body),
    result: named ? referenceName(named) : plain && "type" in plain ? plain.type : undefined,
    nullable: choices.some((choice) => !isReference(choice) && "type" in choice && choice.type === "null"),
  };
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const upperFirst = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
/** `knowledgeBases` → `knowledge bases`. */
const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const isSchema = (name: string | undefined): name is string => name !== undefined && /^[A-Z]/.test(name);

function argumentsOf(row: Row): string {
  const fields = row.parameters.map(
    ({ name, required, schema }) => `${name}${required ? "" : "?"}: ${schema.type}${required ? "" : " | undefined"}`,
  );
  if (row.body) fields.push(`${lowerFirst(row.body)}: ${row.body}`);
  const needed = row.body !== undefined || row.parameters.some(({ required }) => required);
  if (fields.length === 0) return "args?: Record<never, never>";
  return `args${needed ? "" : "?"}: { ${fields.join("; ")} }`;
}

/** A row of the method table; what is empty is left out, because every page that bundles the client pays for it. */
function rowSource({ verb, path, parameters, body }: Row): string {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const needed = inQuery.filter(({ required }) => required);
  const list = (of: Parameter[]) => JSON.stringify(of.map(({ name }) => name));
  const fields = [
    `verb: "${verb}"`,
    `path: "${path}"`,
    ...(inQuery.length > 0 ? [`inQuery: ${list(inQuery)}`] : []),
    ...(needed.length > 0 ? [`needed: ${list(needed)}`] : []),
    ...(body ? [`body: "${lowerFirst(body)}"`] : []),
  ];
  return `{ ${fields.join(", ")} }`;
}

/** The method table and the interfaces of the client, as TypeScript source. */
export function operationsSource(rows: readonly Row[]): string {
  const schemas = [...new Set(rows.flatMap(({ body, result }) => [body, result]).filter(isSchema))].sort();
  const namespaces = [...new Set(rows.map(({ namespace }) => namespace))];
  const of = (namespace: string) => rows.filter((row) => row.namespace === namespace);
  const lines = [
    "// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.",
    'import type { CallOptions, OperationRow } from "../operation.js";',
    "import type {",
    ...schemas.map((name) => `  ${name},`),
    '} from "./models.js";',
  ];
  for (const namespace of namespaces) {
    lines.push("", `/** The calls of an \`EquosClient\` about ${wordsOf(namespace)}. */`);
    lines.push(`export interface ${upperFirst(namespace)}Api {`);
    for (const row of of(namespace)) {
      const result = `${row.result ?? "unknown"}${row.nullable ? " | null" : ""}`;
      lines.push(`  /** ${row.summary}: \`${row.verb} ${row.path}\`. */`);
      lines.push(`  ${row.method}(${argumentsOf(row)}, options?: CallOptions): Promise<${result}>;`);
    }
    lines.push("}");
  }
  lines.push("", "/** The calls of an `EquosClient`, by what they are about. */", "export interface EquosApis {");
  for (const namespace of namespaces) lines.push(`  readonly ${namespace}: ${upperFirst(namespace)}Api;`);
  lines.push("}", "", "export const operations: Readonly<Record<string, Readonly<Record<string, OperationRow>>>> = {");
  for (const namespace of namespaces) {
    lines.push(`  ${namespace}: {`);
    for (const row of of(namespace)) lines.push(`    ${row.method}: ${rowSource(row)},`);
    lines.push("  },");
  }
  lines.push("};", "");
  return lines.join("\n");
}
