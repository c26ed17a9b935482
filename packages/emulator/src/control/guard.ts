import type { IncomingMessage } from "node:http";

const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** Addresses, `localhost`, and names that no public DNS has, such as `host.docker.internal`. */
const local = /^([\d.]+|\[[\da-f:.]+\]|([\w-]+\.)*localhost|([\w-]+\.)+internal)(:\d+)?$/i;

/**
 * Whether a request was sent to a name that only this machine or its network can have. Another name may be another site's: its
 * DNS can lead a browser here (DNS rebinding), and its page knows the default key, which is public.
 */
export const isLocal = ({ headers }: IncomingMessage): boolean => local.test(headers.host ?? "");

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
