import { type NextRequest, NextResponse } from "next/server";
import { isLocal, notLocal } from "./lib/local-only";
import { settings } from "./lib/settings";
import { visitor } from "./lib/visitor";

/** Before each page: its Content-Security-Policy with a number used once, and the visitor's cookie. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  // Without the page there is no cookie, and without that no start.
  if (!settings.secureCookie && !isLocal(request.headers.get("host") ?? undefined)) {
    return new NextResponse(notLocal, { status: 403 });
  }
  const nonce = btoa(crypto.randomUUID());
  const policy =
    `default-src 'none'; script-src 'self' 'nonce-${nonce}'${development}; style-src 'self'${development && " 'unsafe-inline'; font-src 'self'"}; ` +
    `img-src 'self'; media-src 'self' blob:; connect-src 'self' ${settings.livekit}; ` +
    `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  // Next reads the number out of the request's own header and gives it to its scripts.
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(alike)) response.headers.set(name, value);
  const cookie = await visitor.issue(request.headers.get("cookie") ?? undefined);
  if (cookie) response.headers.append("set-cookie", cookie);
  return response;
}

/** Next's own tools need more while you develop. */
const development = process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : "";

const alike = {
  // A cached page would come without its cookie, or with somebody else's.
  "cache-control": "no-store",
  "permissions-policy": "microphone=(self), camera=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** No page: these go without. */
export const config = { matcher: "/((?!api/|_next/static/|icon\\.svg$|health$).*)" };
