import { type Clock, systemClock } from "../clock.js";
import { BrokerError, secretMissing } from "../errors.js";
import type { AuthorizeContext } from "../exchange.js";
import { base64url, type HmacKey, hmacKey, isSigned, sign } from "../hmac.js";

/** Options of {@link visitors}. */
export interface VisitorsOptions {
  /** At least 32 characters, the same on every server. Of a list the first signs and all are accepted. */
  readonly secret: string | readonly string[] | undefined;
  /** What the avatar's room calls them. Default `Visitor`. */
  readonly name?: string | undefined;
  /** Default 30. */
  readonly maxAgeDays?: number | undefined;
  /** `false` only for plain `http:` in development: drops `Secure` and the `__Host-` prefix. Default `true`. */
  readonly secure?: boolean | undefined;
  /** Time, for tests. Default: the system's. */
  readonly clock?: Pick<Clock, "now"> | undefined;
}

/** Somebody without a login: known by a signed cookie. */
export interface Visitor {
  readonly identity: string;
  readonly name: string;
}

/** What {@link visitors} gives. */
export interface Visitors {
  /** The `authorize` for `ConversationBroker`: the visitor of the request's cookie, or `null`. */
  (context: Pick<AuthorizeContext, "header">): Promise<Visitor | null>;
  /**
   * For the page's GET: the `Set-Cookie` value that makes a new visitor, or `undefined` when the request's `Cookie`
   * header holds a valid one already.
   */
  issue(cookieHeader: string | undefined): Promise<string | undefined>;
}

/**
 * Consumers for a site without login. A page's GET mints a signed cookie, and only its holder can start: a script that
 * never loaded a page gets 401.
 *
 * @throws BrokerError `invalid-option` when the secret is short; `secret-missing`, at first use, when there is none.
 *
 * @example
 * ```ts
 * const visitor = visitors({ secret: process.env.VISITOR_SECRET });
 * const broker = new ConversationBroker({ authorize: visitor });
 * app.get("/", async (req, res) => {
 *   const cookie = await visitor.issue(req.headers.cookie);
 *   if (cookie) res.append("set-cookie", cookie);
 *   res.sendFile(page);
 * });
 * ```
 */
export function visitors(options: VisitorsOptions): Visitors {
  const { secret, name = "Visitor", maxAgeDays = 30, secure = true, clock = systemClock } = options ?? {};
  // One that is missing is missed at first use: where the code is built there are no secrets.
  const secrets = secret === undefined || typeof secret === "string" ? [secret ?? []].flat() : secret;
  const present = secret === undefined || (Array.isArray(secrets) && secrets.length > 0);
  if (!present || secrets.some((one) => typeof one !== "string" || one.length < 32)) {
    throw new BrokerError("invalid-option", {
      hint: 'visitors: option "secret" must be at least 32 characters, or a list of such secrets',
    });
  }
  if (!(maxAgeDays > 0 && maxAgeDays <= 400)) {
    throw new BrokerError("invalid-option", {
      hint: 'visitors: option "maxAgeDays" must be a number of days up to 400',
    });
  }
  const cookie = secure ? "__Host-equos-visitor" : "equos-visitor";
  const maxAge = Math.round(maxAgeDays * 86_400);
  let keys: Promise<HmacKey[]> | undefined;
  const keysOf = async () => {
    if (secret === undefined) throw secretMissing("visitors");
    keys ??= Promise.all(secrets.map((one) => hmacKey(`equos-broker visitor ${one}`)));
    return await keys;
  };

  const read = async (header: string | undefined): Promise<string | undefined> => {
    const known = await keysOf();
    for (const value of cookieValues(header, cookie)) {
      const [id, issued, signature, ...rest] = value.split(".");
      if (!id || !issued || !signature || rest.length > 0 || !/^\d{1,12}$/.test(issued)) continue;
      const age = clock.now() / 1000 - Number(issued);
      // A minute of tolerance: servers' clocks differ.
      if (age > maxAge || age < -60) continue;
      for (const key of known) if (await isSigned(key, `${id}.${issued}`, signature)) return id;
    }
    return undefined;
  };

  const authorize = async ({ header }: Pick<AuthorizeContext, "header">): Promise<Visitor | null> => {
    const id = await read(header("cookie"));
    return id === undefined ? null : { identity: `visitor-${id}`, name };
  };
  const issue = async (header: string | undefined): Promise<string | undefined> => {
    if ((await read(header)) !== undefined) return undefined;
    const id = base64url(crypto.getRandomValues(new Uint8Array(16)));
    const value = `${id}.${Math.floor(clock.now() / 1000)}`;
    const [key] = await keysOf();
    if (key === undefined) return undefined;
    const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
    return `${cookie}=${value}.${await sign(key, value)}; ${attributes}`;
  };
  return Object.assign(authorize, { issue });
}

function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
