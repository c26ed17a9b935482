import { readFileSync } from "node:fs";

export interface OwnAnswer {
  readonly status: number;
  readonly reason: string;
}

/** What packages/conformance/src/row.ts adds to a test. */
export interface ToldByHost {
  readonly column: string;
  readonly group: string;
  readonly own?: OwnAnswer;
}

/** What packages/installed/test/frameworks/smoke.ts adds to one. */
export interface ToldByFramework {
  readonly name: string;
  readonly version: string;
  /** What stands in the table in the place of a tick: the test has checked that it is so. */
  readonly instead?: string;
}

/** One test, as vitest's JSON reports it. */
export interface ReportedTest {
  /** Of the groups around it: the host, its group, and sometimes the beginning of its sentence. */
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly meta?: { readonly conformance?: ToldByHost; readonly framework?: ToldByFramework };
}

export function testsIn(files: readonly string[]): ReportedTest[] {
  return files.flatMap((file) => {
    // Vitest's own format.
    const { testResults } = JSON.parse(readFileSync(file, "utf8")) as {
      readonly testResults: readonly { readonly assertionResults: readonly ReportedTest[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  });
}
