import type { OperationName } from "@equos-broker/api";
import { operations } from "../generated/document.js";

/** A request line understood. */
export interface Route {
  readonly operation: OperationName;
  /** Without the query. */
  readonly path: string;
  /** What stands in the placeholders. */
  readonly values: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

interface Template {
  readonly operation: OperationName;
  readonly segments: readonly string[];
}

/** By verb and number of segments: a request is compared with a handful. */
const templates = new Map<string, Template[]>();
for (const [operation, { verb, path }] of Object.entries(operations)) {
  const segments = path.split("/").slice(1);
  const key = `${verb} ${segments.length}`;
  // The keys of the generated table are the operations.
  templates.set(key, [...(templates.get(key) ?? []), { operation: operation as OperationName, segments }]);
}

const isPlaceholder = (segment: string): boolean => segment.startsWith("{");

/** What stands in the placeholders; `undefined` when the path is another one. @throws URIError on a wrong percent-encoding */
function valuesIn(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const segment = segments[index] ?? "";
    if (!isPlaceholder(expected)) {
      if (segment.toLowerCase() !== expected) return undefined;
      continue;
    }
    if (segment === "") return undefined;
    values[expected.slice(1, -1)] = decodeURIComponent(segment);
  }
  return values;
}

const noQuery = new URLSearchParams();

/**
 * Returns the operation that a verb and a request target name. As in NestJS on Express, a wrong verb is as unknown as a wrong
 * path, HEAD is served where GET is, and neither a trailing slash nor the case of a fixed segment matters.
 *
 * @throws URIError where a segment is no valid percent-encoding
 */
export function routeOf(verb: string, target: string): Route | undefined {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const segments = path.replace(/\/$/, "").split("/").slice(1);
  const servedAs = verb === "HEAD" ? "GET" : verb;
  for (const segment of segments) decodeURIComponent(segment);
  for (const template of templates.get(`${servedAs} ${segments.length}`) ?? []) {
    const values = valuesIn(template.segments, segments);
    if (values === undefined) continue;
    const query = mark < 0 ? noQuery : new URLSearchParams(target.slice(mark + 1));
    return { operation: template.operation, path, values, query };
  }
  return undefined;
}
