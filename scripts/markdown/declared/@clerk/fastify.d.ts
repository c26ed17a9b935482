import type { FastifyPluginCallback, FastifyRequest } from "fastify";

interface Auth {
  readonly userId: string | null;
  readonly sessionClaims: Record<string, unknown> | null;
}
export declare function getAuth(request: FastifyRequest): Auth;
export declare const clerkPlugin: FastifyPluginCallback;
