import type { Request, RequestHandler } from "express";

export interface ExpressAuthConfig {
  readonly providers: readonly object[];
}
interface Session {
  readonly user?: { readonly id?: string; readonly name?: string | null };
}
export declare function ExpressAuth(config: ExpressAuthConfig): RequestHandler;
export declare function getSession(request: Request, config: ExpressAuthConfig): Promise<Session | null>;
