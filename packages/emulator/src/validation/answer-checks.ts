import type { OperationName } from "@equos-broker/api";
import { operations } from "../generated/document.js";
import { type Check, messageOf, schemaCompiler } from "./schemas.js";

/** An answer of the emulator itself that the document does not allow: what was seeded, or a defect. */
export class UndocumentedAnswerError extends Error {
  override readonly name = "UndocumentedAnswerError";

  constructor(operation: OperationName, messages: readonly string[]) {
    super(`the emulator's answer to ${operation} is not what the API declares: ${messages.join("; ")}`);
  }
}

/** Checks successful answers against the document, unknown fields included. @throws UndocumentedAnswerError */
export function answerChecks(): (operation: OperationName, value: unknown) => void {
  const compile = schemaCompiler({ strict: true });
  const checks = new Map<OperationName, Check>();
  return (operation, value) => {
    const schema = operations[operation].answer;
    // An empty body is the switch `missing` at work.
    if (schema === null || value === undefined) return;
    let check = checks.get(operation);
    if (check === undefined) {
      check = compile(schema);
      checks.set(operation, check);
    }
    const wrong = check(value);
    if (wrong.length > 0) throw new UndocumentedAnswerError(operation, wrong.map(messageOf));
  };
}
