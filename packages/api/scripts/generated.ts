import openapiTypescript, { astToString } from "openapi-typescript";
import { answersSource } from "./answers.js";
import { type OpenApiDocument, onlyTags } from "./document.js";
import { modelsSource } from "./models.js";
import { otherText, withOpenEnums } from "./open-enums.js";
import { operationsSource, rowsOf } from "./operations.js";

export type GeneratedFiles = Readonly<Record<"schema.ts" | "models.ts" | "operations.ts" | "answers.ts", string>>;

/** The generated sources by file name, for the tags that have a namespace. */
export async function generatedFiles(
  whole: OpenApiDocument,
  namespaces: Readonly<Record<string, string>>,
): Promise<GeneratedFiles> {
  const known = new Set(Object.values(whole.paths).flatMap((item) => Object.values(item).flatMap(({ tags }) => tags)));
  for (const tag of Object.keys(namespaces)) {
    if (!known.has(tag)) throw new Error(`no operation has the tag "${tag}", only ${[...known].sort().join(", ")}`);
  }
  const document = onlyTags(whole, Object.keys(namespaces));
  const rows = rowsOf(document, namespaces);
  // openapi-typescript names its input type after its own copy of the OpenAPI types; ours is the parsed YAML.
  const input = withOpenEnums(document) as never;
  const schema = astToString(await openapiTypescript(input, { defaultNonNullable: false, transform: otherText }));
  return {
    "schema.ts": `// Generated from equos-v3.openapi.yaml by \`pnpm generate\`. Do not edit.\n${schema}`,
    "models.ts": modelsSource(document),
    "operations.ts": operationsSource(rows),
    "answers.ts": answersSource(document, rows),
  };
}
