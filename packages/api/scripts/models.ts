import type { OpenApiDocument } from "./document.js";
import { propertiesOf, type Schema, textsOf } from "./schemas.js";

const upperFirst = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** An enum as a value and a type of one name, as the official SDK has them: `EquosFaceIdentity.Tommy`. */
function enumSource(name: string, values: readonly string[]): string[] {
  const members = values.map((value) => `  ${upperFirst(value)}: ${JSON.stringify(value)},`);
  return [
    "",
    `/** Values of Equos' \`${name}\`. */`,
    `export const ${name} = {`,
    ...members,
    "} as const;",
    `/** One of the values of Equos' \`${name}\`. */`,
    `export type ${name} = (typeof ${name})[keyof typeof ${name}];`,
  ];
}

const namesAnError = (name: string): boolean => name === "ErrorBody";

/** Every schema of the document as a type; enums as values too. An enum inside of a schema is named after both. */
export function modelsSource(document: OpenApiDocument): string {
  const lines = [
    "// Generated from equos-v3.openapi.yaml by `pnpm generate`. Do not edit.",
    'import type { components } from "./schema.js";',
    "",
    'type Schemas = components["schemas"];',
  ];
  const enums: string[] = [];
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    // What no source documents is nothing to rely on.
    if (namesAnError(name)) continue;
    // Schemas of the document are objects.
    const values = textsOf((schema as Schema).enum);
    if (values.length > 0) enums.push(...enumSource(name, values));
    // The tag makes TypeDoc show the fields.
    else lines.push(`/** Equos' \`${name}\`. @useDeclaredType */`, `export type ${name} = Schemas["${name}"];`);
    for (const [property, { enum: own }] of propertiesOf(schema)) {
      const inside = textsOf(own);
      if (inside.length > 0) enums.push(...enumSource(`${name}${upperFirst(property)}Enum`, inside));
    }
  }
  return [...lines, ...enums, ""].join("\n");
}
