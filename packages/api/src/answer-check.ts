import { InvalidAnswerError } from "./errors.js";
import { answers } from "./generated/answers.js";

/**
 * Compares an answer with what the OpenAPI document declares for the operation: everything that is declared must have
 * its type. Fields beyond that pass, and so does a text that an enum does not list.
 *
 * @throws InvalidAnswerError naming operation and field.
 */
export function checkAnswer(operation: string, status: number, value: unknown): void {
  const result = answers[operation]?.safeParse(value);
  const issue = result?.error?.issues[0];
  if (issue === undefined) return;
  const field = issue.path.join(".");
  const expected = "expected" in issue ? `is not of type ${issue.expected}` : "is not what the API declares";
  throw new InvalidAnswerError(operation, status, {
    field,
    reason: isMissing(value, issue.path) ? "is missing" : expected,
  });
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let found = value;
  for (const key of path) found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  return found === undefined;
}
