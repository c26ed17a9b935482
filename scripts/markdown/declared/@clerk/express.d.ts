import type { Request, RequestHandler } from "express";

interface Auth {
  readonly userId: string | null;
  readonly sessionClaims: Record<string, unknown> | null;
}
export declare function getAuth(request: Request): Auth;
export declare function clerkMiddleware(): RequestHandler;
