import type { IncomingMessage } from "node:http";

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * Why a request must not control the emulator; `undefined` when it may. The page has no login, so other pages in the same
 * browser must not reach it: neither by a name that resolves here, nor by a form or a fetch of theirs.
 */
export function whyNot({ headers, method }: IncomingMessage): string | undefined {
  if (!loopback.test(headers.host ?? "")) return "the emulator answers under 127.0.0.1 and localhost only";
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return "only the emulator's own page may do this";
  if (method === "GET" || method === "HEAD") return undefined;
  const origin = headers.origin;
  if (origin !== undefined && origin !== `http://${headers.host}`) return "only the emulator's own page may do this";
  if (!headers["content-type"]?.startsWith("application/json")) return "the content type must be application/json";
  return undefined;
}
