import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Parameter {
  name: string;
  in: "path" | "query";
  required?: boolean;
  description?: string;
  schema: { type: string };
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: (Parameter | Reference)[];
  requestBody?: { content: { "application/json": { schema: Reference } } };
  responses: Record<string, { content?: { "application/json": { schema: Schema } } }>;
}

export interface Reference {
  $ref: string;
}
export type Schema = Reference | { type?: string; oneOf?: (Reference | { type: string })[] };

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; parameters: Record<string, Parameter> } & Record<string, unknown>;
  [key: string]: unknown;
}

export const documentFile = new URL("../equos-v3.openapi.yaml", import.meta.url);

export function readDocument(): OpenApiDocument {
  // The shape is the OpenAPI document's own; what generation relies on is checked where it is read.
  return parse(readFileSync(documentFile, "utf8")) as OpenApiDocument;
}

export const isReference = (value: object): value is Reference => "$ref" in value;

export const referenceName = ({ $ref }: Reference): string => $ref.slice($ref.lastIndexOf("/") + 1);

/** The document cut down to the given tags and the schemas that their operations reach. */
export function onlyTags(document: OpenApiDocument, tags: readonly string[]): OpenApiDocument {
  const paths: OpenApiDocument["paths"] = {};
  for (const [path, item] of Object.entries(document.paths)) {
    const kept = Object.entries(item).filter(([, operation]) => operation.tags.some((tag) => tags.includes(tag)));
    if (kept.length > 0) paths[path] = Object.fromEntries(kept);
  }
  const schemas: Record<string, unknown> = {};
  const components = document.components;
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (isReference(value)) {
      const [, , kind, name] = value.$ref.split("/");
      if (kind === undefined || name === undefined) return;
      // Component groups share one form: a record by name.
      const target = (components[kind] as Record<string, unknown>)[name];
      if (kind === "schemas") {
        if (name in schemas) return;
        schemas[name] = target;
      }
      visit(target);
      return;
    }
    for (const child of Object.values(value)) visit(child);
  };
  visit(paths);
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b)));
  return { ...document, paths, components: { ...components, schemas: sorted } };
}
