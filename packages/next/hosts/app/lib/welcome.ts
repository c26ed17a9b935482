import { type NextRequest, NextResponse } from "next/server";
import { visitor } from "./visitor";

export async function welcome(request: NextRequest) {
  const response = NextResponse.next();
  const cookie = await visitor.issue(request.headers.get("cookie") ?? undefined);
  if (cookie) response.headers.append("set-cookie", cookie);
  return response;
}
