import { isBrokerError } from "../errors.js";
import type { Action, Exchange, Reply } from "../exchange.js";
import type { Claim } from "../life/claim.js";
import type { Parts } from "../parts.js";
import { unauthorized, whoAsks } from "./who.js";

/**
 * By what right a stop or keepalive comes: the conversation's own token in the body, or whoever `authorize` knows, or
 * a LiveKit token as Bearer where it knows nobody.
 */
export async function claimOf(
  parts: Parts,
  exchange: Exchange,
  action: Action,
  { id, token }: { readonly id?: string | undefined; readonly token?: string | undefined },
): Promise<Claim & { readonly headers: Reply["headers"] }> {
  const which = id === undefined ? {} : { id };
  if (token !== undefined) return { token, ...which, headers: {} };
  const who = parts.options.authorize && (await whoAsks(parts, exchange, action).catch(nobodyIfUnauthorized));
  if (who !== undefined) return { consumer: who.consumer, ...which, headers: who.headers };
  const bearer = liveKitBearer(exchange.header("authorization"));
  if (bearer !== undefined) return { token: bearer, ...which, headers: {} };
  throw unauthorized;
}

/** An `authorize` that throws its 401 knows nobody, as one that gives `null`. */
function nobodyIfUnauthorized(error: unknown): undefined {
  if (!isBrokerError(error) || error.code !== "unauthorized") throw error;
}

/** LiveKit tokens are JWTs that carry a `video` grant; another one is the team's own and none of our business. */
function liveKitBearer(authorization: string | undefined): string | undefined {
  const jwt = /^Bearer ([\w-]+\.([\w-]+)\.[\w-]+)$/i.exec(authorization ?? "");
  const [, token, claims] = jwt ?? [];
  if (token === undefined || claims === undefined || token.length > 8192) return undefined;
  try {
    const parsed: unknown = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof parsed === "object" && parsed !== null && "video" in parsed ? token : undefined;
  } catch {
    return undefined;
  }
}
