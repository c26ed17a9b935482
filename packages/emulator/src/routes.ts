import type { OperationName } from "./operation-name.js";

/** A request line understood. */
export interface Route {
  readonly operation: OperationName | "healthCheck";
  readonly path: string;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

const table: readonly { verb: string; pattern: RegExp; operation: Route["operation"] }[] = [
  { verb: "GET", pattern: /^\/v3\/conversations$/, operation: "listConversations" },
  { verb: "POST", pattern: /^\/v3\/conversations$/, operation: "startConversation" },
  { verb: "GET", pattern: /^\/v3\/conversations\/([^/]+)$/, operation: "getConversationById" },
  { verb: "POST", pattern: /^\/v3\/conversations\/([^/]+)\/stop$/, operation: "stopConversation" },
  { verb: "GET", pattern: /^\/v3\/health$/, operation: "healthCheck" },
];

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The operation that a verb and a request target name. Like NestJS, a wrong verb is as unknown as a wrong path. */
export function routeOf(verb: string, target: string): Route | undefined {
  const [path = "", search = ""] = target.split("?", 2);
  for (const { verb: known, pattern, operation } of table) {
    const match = verb === known ? pattern.exec(path) : null;
    if (match === null) continue;
    const segment = match[1];
    const id = segment === undefined ? undefined : decoded(segment);
    // A segment that is no valid percent-encoding names nothing.
    if (segment !== undefined && id === undefined) return undefined;
    return { operation, path, id, query: new URLSearchParams(search) };
  }
  return undefined;
}
