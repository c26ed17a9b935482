import { field, textField } from "./http-call.js";

/** The names of the tests that failed, by a vitest report (JSON). */
export function failures(report: string): string[] {
  const files = field(JSON.parse(report), "testResults");
  const failed: string[] = [];
  for (const file of Array.isArray(files) ? files : []) {
    const before = failed.length;
    const tests = field(file, "assertionResults");
    for (const test of Array.isArray(tests) ? tests : []) {
      if (textField(test, "status") === "failed") failed.push(textField(test, "fullName") ?? "a test");
    }
    // A file that could not be loaded has no tests.
    const isBroken = textField(file, "status") === "failed" && failed.length === before;
    if (isBroken) failed.push(textField(file, "message") ?? "a file");
  }
  return failed;
}

export function inShort([first = "nothing", ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first}, and ${more.length} more`;
}
