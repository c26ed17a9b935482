import type { Terms } from "./terms.js";

/** What the harness tells a server process, in its only argument. */
export interface ServerSettings {
  readonly port: number;
  readonly redisPort: number;
  /** Both clients that the Redis store takes are used, on different servers. */
  readonly redisClient: "ioredis" | "node-redis";
  readonly endpoint: string;
  readonly apiKey: string;
  readonly characters: { readonly default: string; readonly guide: string; readonly coach: string };
  readonly secret: string;
  readonly terms: Terms;
}

/** What a server process tells the harness. The harness acknowledges each event by its number. */
export type ServerMessage =
  | { readonly says: "ready" }
  | { readonly says: "event"; readonly number: number; readonly event: ServerEvent }
  | { readonly says: "log"; readonly level: string; readonly message: string; readonly details: unknown };

/** An event of the broker. */
export type ServerEvent = { readonly type: string; readonly [field: string]: unknown };

export const deployment = "chaos";
