import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { definitions } from "../generated/document.js";
import type { JsonSchema } from "./documented.js";

/** What is wrong with a value; empty when nothing is. */
export type Check = (value: unknown) => readonly ErrorObject[];

/** Every object with named properties refuses others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const children = Object.fromEntries(Object.entries(schema).map(([key, child]) => [key, closed(child)]));
  return "properties" in schema && !("additionalProperties" in schema)
    ? { ...children, additionalProperties: false }
    : children;
}

const dateTime = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A moment that exists: a `Date` takes the 30th of February for a day of March. */
function isDate(text: string): boolean {
  const [, day] = dateTime.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** What a compiled check makes of properties that no schema names: refuse them, or take them away. */
export interface Unknowns {
  readonly strict: boolean;
  readonly strip?: boolean;
}

/**
 * Compiles schemas that may refer to those of the OpenAPI document. A schema is compiled when it is first used: compiling
 * all would cost every test that starts an emulator more than it takes to run.
 */
export function schemaCompiler({ strict, strip = false }: Unknowns): (schema: JsonSchema) => Check {
  let ajv: Ajv2020 | undefined;
  const compile = (schema: JsonSchema): ValidateFunction => {
    ajv ??= new Ajv2020({
      allErrors: true,
      allowUnionTypes: true,
      removeAdditional: strip,
      formats: { "date-time": isDate },
    });
    const whole = { ...schema, $defs: definitions };
    return ajv.compile(strict || strip ? Object(closed(whole)) : whole);
  };
  return (schema) => {
    let validate: ValidateFunction | undefined;
    return (value) => {
      validate ??= compile(schema);
      return validate(value) ? [] : (validate.errors ?? []);
    };
  };
}

/** An error as a NestJS server words it. */
export function messageOf({ instancePath, keyword, params, message }: ErrorObject): string {
  const where = instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") {
    const property = String(params.additionalProperty);
    return `property ${where === "" ? property : `${where}.${property}`} should not exist`;
  }
  return `${where === "" ? "body" : where} ${message ?? "is not valid"}`;
}
