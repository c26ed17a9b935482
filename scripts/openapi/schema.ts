import { z } from "zod";

/** A JSON Schema, or any other object of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** The schema of an object of ours: every property of its type has to be told, and no other. */
export function objectOf<T extends object>(
  properties: { readonly [K in keyof T]-?: Schema },
  optional: readonly OptionalKeys<T>[] = [],
): Schema {
  // Object.keys forgets the names that the type has.
  const required = (Object.keys(properties) as (keyof T)[]).filter((name) => !optional.some((each) => each === name));
  return { type: "object", properties, required };
}

/** The same, with nothing else in it. */
export const exactly = <T extends object>(properties: { readonly [K in keyof T]-?: Schema }): Schema => ({
  ...objectOf<T>(properties),
  additionalProperties: false,
});

/** The schema that a route checks its body with, and what each field is for. */
export function bodyOf<T extends z.ZodObject>(
  schema: T,
  descriptions: { readonly [K in keyof z.infer<T>]-?: string },
): Schema {
  const { $schema: _, properties, ...rest } = z.toJSONSchema(schema);
  const told = new Map(Object.entries<string>(descriptions));
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [
    name,
    { description: told.get(name), ...Object(field) },
  ]);
  return { ...rest, properties: Object.fromEntries(fields) };
}

export const ref = (kind: "schemas" | "headers" | "responses" | "examples", name: string): Schema => ({
  $ref: `#/components/${kind}/${name}`,
});
