import { type Alias, characters } from "../characters";

const { env } = process;

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

/** What the server needs to know and is not told. While the app is built there are no secrets, so nobody asks then. */
export function missing(): string | undefined {
  const all = env.REDIS_URL ? { ...needed, ...neededWithRedis } : needed;
  const lines = Object.entries(all).flatMap(([name, what]) => (env[name] ? [] : [`  ${name}  ${what}`]));
  return lines.length === 0 ? undefined : ["Set in the environment or in .env:", ...lines].join("\n");
}

/** None where it is empty, as in a `.env` that was only copied. */
const secretsIn = (value?: string): string[] | undefined => (value ? value.split(",") : undefined);

/** From the environment and, where there is one, the file `.env`. */
export const settings = {
  characters: Object.fromEntries(characters.map(({ alias }) => [alias, env[variableOf(alias)]])),
  visitorSecrets: secretsIn(env.VISITOR_SECRET),
  /** Safari keeps no Secure cookie on http://localhost. For development only. */
  secureCookie: env.COOKIE_OVER_HTTP !== "true",
  redisUrl: env.REDIS_URL || undefined,
  brokerSecrets: secretsIn(env.BROKER_SECRET),
  deployment: env.DEPLOYMENT || "not-set",
  cronSecret: env.CRON_SECRET || undefined,
  /** The header in which your platform, and nobody else, tells the client's address. */
  clientIpHeader: env.CLIENT_IP_HEADER || undefined,
  /** Where pages may connect to; Equos names the LiveKit server only when a conversation starts. */
  livekit: env.LIVEKIT_ORIGINS || "https: wss:",
};
