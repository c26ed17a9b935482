import openapiTypescript, { astToString } from "openapi-typescript";
import { type OpenApiDocument, onlyTags } from "./document.js";
import { operationsSource, rowsOf } from "./operations.js";

export type GeneratedFiles = Readonly<Record<"schema.ts" | "operations.ts", string>>;

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
  // openapi-typescript names its input type after its own copy of the OpenAPI types; ours is the parsed YAML.
  const schema = astToString(await openapiTypescript(document as never, { defaultNonNullable: false }));
  return {
    "schema.ts": `// Generated from equos-v3.openapi.yaml by \`pnpm generate\`. Do not edit.\n${schema}`,
    "operations.ts": operationsSource(rowsOf(document, namespaces)),
  };
}
