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

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** What stands in the placeholders; `undefined` when the path is another one or no valid percent-encoding. */
function valuesIn(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const segment = segments[index] ?? "";
    if (!isPlaceholder(expected)) {
      if (segment !== expected) return undefined;
      continue;
    }
    const value = decoded(segment);
    if (value === undefined || value === "") return undefined;
    values[expected.slice(1, -1)] = value;
  }
  return values;
}

const noQuery = new URLSearchParams();

/** The operation that a verb and a request target name. Like NestJS, a wrong verb is as unknown as a wrong path. */
export function routeOf(verb: string, target: string): Route | undefined {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const segments = path.split("/").slice(1);
  for (const template of templates.get(`${verb} ${segments.length}`) ?? []) {
    const values = valuesIn(template.segments, segments);
    if (values === undefined) continue;
    const query = mark < 0 ? noQuery : new URLSearchParams(target.slice(mark + 1));
    return { operation: template.operation, path, values, query };
  }
  return undefined;
}
