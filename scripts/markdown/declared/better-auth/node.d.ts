import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth } from "better-auth";

export declare function toNodeHandler(
  auth: Auth,
): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
