import { type Alias, characters } from "../characters";

const variableOf = (alias: Alias): string => `EQUOS_CHARACTER_${alias.toUpperCase()}`;

const needed: Readonly<Record<string, string>> = {
  EQUOS_API_KEY: "your key, from the Equos dashboard",
  ...Object.fromEntries(
    characters.map(({ alias, name }) => [variableOf(alias), `the id of the character called ${name}`]),
  ),
  VISITOR_SECRET: "32 characters or more that sign the visitors' cookie, such as `openssl rand -hex 32` prints",
};

/** What the server needs to know and is not told. While the app is built there are no secrets, so nobody asks then. */
export function missing(): string | undefined {
  const lines = Object.entries(needed).flatMap(([name, what]) => (process.env[name] ? [] : [`  ${name}  ${what}`]));
  return lines.length === 0 ? undefined : ["Set in the environment or in .env:", ...lines].join("\n");
}

const { env } = process;

/** From the environment and, where there is one, the file `.env`. */
export const settings = {
  characters: Object.fromEntries(characters.map(({ alias }) => [alias, env[variableOf(alias)] || "not-set"])),
  visitorSecret: env.VISITOR_SECRET || undefined,
  /** Safari keeps no Secure cookie on http://localhost. For development only. */
  secureCookie: env.COOKIE_OVER_HTTP !== "true",
  redisUrl: env.REDIS_URL || undefined,
  deployment: env.DEPLOYMENT || "starter",
  /** The header in which your platform, and nobody else, tells the client's address. */
  clientIpHeader: env.CLIENT_IP_HEADER || undefined,
  /** Where pages may connect to; Equos names the LiveKit server only when a conversation starts. */
  livekit: env.LIVEKIT_ORIGINS || "https: wss:",
};
