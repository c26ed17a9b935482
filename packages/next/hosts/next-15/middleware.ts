import { type NextRequest, NextResponse } from "next/server";
import { welcome } from "./lib/welcome";

/** A hook of the host's own, as the conformance suite wants one; and a page that gives visitors their cookie. */
export async function middleware(request: NextRequest) {
  const hook = request.headers.get("x-host-hook");
  if (hook === "rejects") return new NextResponse("the host's own hook", { status: 500 });
  if (hook === "reads") await request.text();
  if (hook === "destroys") await request.body?.cancel();
  return request.nextUrl.pathname === "/welcome" ? await welcome(request) : NextResponse.next();
}

export const config = { matcher: "/((?!api/unhooked/).*)" };
