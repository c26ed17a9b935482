import type { Visitors } from "@equos-broker/express";
import type { Authorize } from "../app.js";

/**
 * Serves a start that comes from no browser (no cookie, no `Origin`, no `Sec-Fetch-*`) as a new visitor, and gives it the
 * cookie to go on with. For the emulator only: on a real server a script that never loaded the page gets 401.
 */
export function curlIsAFreshVisitor(visitor: Visitors): Authorize {
  return async (context) => {
    const known = await visitor(context);
    const { action, header } = context;
    const fromBrowser = header("cookie") ?? header("origin") ?? header("sec-fetch-site") ?? header("sec-fetch-mode");
    if (known || action !== "start" || fromBrowser !== undefined) return known;
    const cookie = await visitor.issue(undefined);
    const fresh = await visitor({ header: (name) => (name === "cookie" ? cookie?.split(";", 1)[0] : undefined) });
    return fresh && cookie ? { ...fresh, headers: { "set-cookie": cookie } } : null;
  };
}
