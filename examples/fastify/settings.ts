import { existsSync } from "node:fs";
import { type Alias, characters } from "./characters.js";

const variableOf = (alias: Alias): string => `EQUOS_CHARACTER_${alias.toUpperCase()}`;

const needed: Readonly<Record<string, string>> = {
  EQUOS_API_KEY: "your key, from the Equos dashboard",
  ...Object.fromEntries(
    characters.map(({ alias, name }) => [variableOf(alias), `the id of the character called ${name}`]),
  ),
  VISITOR_SECRET: "32 characters or more that sign the visitors' cookie, such as `openssl rand -hex 32` prints",
};

const neededWithRedis: typeof needed = {
  BROKER_SECRET: "32 characters or more, other ones, that encrypt the records in Redis",
  DEPLOYMENT: "a name that no other installation has, such as shop-production",
};

/** What the server needs to know, from the environment and, where there is one, the file `.env`. */
export function settings() {
  if (existsSync(".env")) process.loadEnvFile();
  const { env } = process;
  const all = env.REDIS_URL ? { ...needed, ...neededWithRedis } : needed;
  const missing = Object.entries(all).flatMap(([name, what]) => (env[name] ? [] : [`  ${name}  ${what}`]));
  if (missing.length > 0) throw new Error(["Set in the environment or in .env:", ...missing].join("\n"));
  const port = Number(env.PORT || 3000);
  if (!(port >= 0 && port <= 65_535)) throw new Error("PORT takes a number from 0 to 65535; 0 takes any free port.");
  const proxies = Number(env.TRUST_PROXY || 0);
  if (!(proxies >= 0)) throw new Error("TRUST_PROXY takes a number: how many proxies stand before this server.");
  return {
    port,
    characters: Object.fromEntries(characters.map(({ alias }) => [alias, env[variableOf(alias)]])),
    visitorSecrets: env.VISITOR_SECRET?.split(","),
    /** Safari keeps no Secure cookie on http://localhost. For development only. */
    secureCookie: env.COOKIE_OVER_HTTP !== "true",
    redisUrl: env.REDIS_URL || undefined,
    brokerSecrets: env.BROKER_SECRET?.split(","),
    deployment: env.DEPLOYMENT,
    /** Proxies before this server: without their number every visitor has the address of the nearest one. */
    proxies,
    /** Where pages may connect to; Equos names the LiveKit server only when a conversation starts. */
    livekit: env.LIVEKIT_ORIGINS || "https: wss:",
  };
}

export type Settings = ReturnType<typeof settings>;
