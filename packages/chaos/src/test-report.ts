interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Returns the names of the tests that failed, from a report of vitest's JSON reporter. */
export function failures(report: string): string[] {
  const { testResults } = JSON.parse(report) as Report;
  return testResults.flatMap(({ status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed").map(({ fullName }) => fullName);
    // A file that could not be loaded has no tests.
    return status === "failed" && failed.length === 0 ? [message] : failed;
  });
}

export function inShort([first = "nothing", ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first}, and ${more.length} more`;
}
