import type { Terms } from "./terms.js";

/** What the harness tells a server process, in its only argument. */
export interface ServerSettings {
  readonly port: number;
  readonly redisPort: number;
  /** Both clients that the Redis ledger takes are used, on different servers. */
  readonly redisClient: "ioredis" | "node-redis";
  readonly endpoint: string;
  readonly apiKey: string;
  readonly characters: { readonly default: string; readonly guide: string; readonly coach: string };
  readonly secret: string;
  readonly terms: Terms;
}

/** What a server process tells the harness. */
export type ServerMessage =
  | { readonly says: "ready" }
  | { readonly says: "event"; readonly event: { readonly type: string; readonly [field: string]: unknown } }
  | { readonly says: "log"; readonly level: string; readonly message: string; readonly details: unknown };

export const deployment = "chaos";
