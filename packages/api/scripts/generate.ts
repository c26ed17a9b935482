import { writeFileSync } from "node:fs";
import openapiTypescript, { astToString } from "openapi-typescript";
import { onlyTags, readDocument } from "./document.js";
import { offered } from "./offered.js";
import { operationsSource, rowsOf } from "./operations.js";

const into = (name: string): URL => new URL(`../src/generated/${name}`, import.meta.url);

const document = onlyTags(readDocument(), Object.keys(offered));
// openapi-typescript names its input type after its own copy of the OpenAPI types; ours is the parsed YAML.
const schema = astToString(await openapiTypescript(document as never, { defaultNonNullable: false }));

writeFileSync(
  into("schema.ts"),
  `// Generated from equos-v3.openapi.yaml by \`pnpm generate\`. Do not edit.\n${schema}`,
);
writeFileSync(into("operations.ts"), operationsSource(rowsOf(document, offered)));
