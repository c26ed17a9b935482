import type { Visitors } from "@equos-broker/express";
import type { RequestHandler } from "express";

/**
 * Serves a start that comes from no browser (no cookie, no `Origin`, no `Sec-Fetch-*`) as a new visitor, and gives it the
 * cookie to go on with. For the emulator only: on a real server a script that never loaded the page gets 401.
 */
export function curlIsAFreshVisitor(visitor: Visitors): RequestHandler {
  return async (req, res, next) => {
    const isBrowser = ["cookie", "origin", "sec-fetch-site", "sec-fetch-mode"].some((name) => req.headers[name]);
    const cookie = isBrowser ? undefined : await visitor.issue(undefined);
    if (cookie) {
      res.append("set-cookie", cookie);
      req.headers.cookie = cookie.split(";", 1)[0];
    }
    next();
  };
}
