import type { OperationName } from "@equos-broker/api";
import { operations } from "../generated/document.js";
import { type Check, messageOf, schemaCompiler } from "./schemas.js";

/** What is wrong with the body of a request; empty when nothing is. */
export type BodyCheck = (operation: OperationName, body: unknown) => readonly string[];

/** Checks bodies against the schemas that the document gives for them. An operation without one takes any. */
export function bodyChecks(options: { readonly strict: boolean }): BodyCheck {
  const compile = schemaCompiler({ ...options, strip: !options.strict });
  const checks = new Map<OperationName, Check>();
  return (operation, body) => {
    const schema = operations[operation].body;
    if (schema === null) return [];
    let check = checks.get(operation);
    if (check === undefined) {
      check = compile(schema);
      checks.set(operation, check);
    }
    return check(body).map(messageOf);
  };
}
