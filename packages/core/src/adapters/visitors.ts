import { type Clock, systemClock } from "../clock.js";
import { DEFAULT_NAME } from "../consumer.js";
import { secretsIn } from "../environment.js";
import { BrokerError, secretMissing } from "../errors.js";
import type { AuthorizeContext } from "../exchange.js";
import { base64url, type HmacKey, hmacKey, isSigned, sign } from "../hmac.js";

/** Options of {@link visitors}. */
export interface VisitorsOptions {
  /** At least 32 characters, the same on every server, trimmed. In a list, the first one signs and all are accepted. */
  readonly secret: string | readonly (string | undefined)[] | undefined;
  /** The visitor's name in the room. Default `Visitor`. */
  readonly name?: string | undefined;
  /** Default 30. */
  readonly maxAgeDays?: number | undefined;
  /** `false` only for plain `http:` in development: drops `Secure` and the `__Host-` prefix. Default `true`. */
  readonly secure?: boolean | undefined;
  /** For tests. Default: the system's. */
  readonly clock?: Pick<Clock, "now"> | undefined;
}

/** A user without a login, recognized by a signed cookie. */
export interface Visitor {
  readonly identity: string;
  readonly name: string;
}

/** What {@link visitors} returns. */
export interface Visitors {
  /** The `authorize` for `ConversationBroker`. Returns the visitor of the request's cookie, or `null`. */
  (context: Pick<AuthorizeContext, "header">): Promise<Visitor | null>;
  /**
   * Returns the `Set-Cookie` value of a new visitor, or `undefined` if the request's `Cookie` header is that of a visitor. Call
   * it in the page's GET.
   */
  issue(cookieHeader: string | undefined): Promise<string | undefined>;
}

/**
 * Returns an `authorize` for sites without login. The page's GET issues a signed cookie, and only its holder can start: a
 * script that has loaded no page gets 401.
 *
 * @throws BrokerError `invalid-option`; without a secret `secret-missing`, at first use
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
  const { secret, name = DEFAULT_NAME, maxAgeDays = 30, secure = true, clock = systemClock } = options ?? {};
  // A missing secret fails at first use, because builds have none.
  const secrets = secretsIn(secret);
  if (secrets.some((item) => typeof item !== "string" || item.length < 32)) {
    throw invalid("secret", "at least 32 characters, or a list of such secrets");
  }
  if (!(maxAgeDays > 0 && maxAgeDays <= 400)) throw invalid("maxAgeDays", "a number of days up to 400");
  const cookie = secure ? "__Host-equos-visitor" : "equos-visitor";
  const maxAge = Math.round(maxAgeDays * 86_400);
  // `<id>.<issued>.<signature>`
  const pattern = new RegExp(`(?:^|;) *${cookie}=(([\\w-]+)\\.(\\d{1,12}))\\.([\\w-]{43})(?= *(?:;|$))`, "g");
  let keys: Promise<HmacKey[]> | undefined;
  const loadKeys = () => {
    if (secrets.length === 0) throw secretMissing("visitors");
    keys ??= Promise.all(secrets.map((item) => hmacKey(`equos-broker visitor ${item}`)));
    return keys;
  };
  const read = async (header = ""): Promise<string | undefined> => {
    const loaded = await loadKeys();
    for (const [, signed = "", id, issued, signature = ""] of header.matchAll(pattern)) {
      const age = clock.now() / 1000 - Number(issued);
      // Servers' clocks differ, by up to a minute.
      if (age > maxAge || age < -60) continue;
      for (const key of loaded) if (await isSigned(key, signed, signature)) return id;
    }
    return undefined;
  };

  const authorize = async ({ header }: Pick<AuthorizeContext, "header">): Promise<Visitor | null> => {
    const id = await read(header("cookie"));
    return id === undefined ? null : { identity: `visitor-${id}`, name };
  };
  const issue = async (header: string | undefined): Promise<string | undefined> => {
    const [key] = await loadKeys();
    if (key === undefined || (await read(header)) !== undefined) return undefined;
    const value = `${base64url(crypto.getRandomValues(new Uint8Array(16)))}.${Math.floor(clock.now() / 1000)}`;
    const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
    return `${cookie}=${value}.${await sign(key, value)}; ${attributes}`;
  };
  return Object.assign(authorize, { issue });
}

const invalid = (option: string, takes: string) =>
  new BrokerError("invalid-option", { hint: `visitors: option "${option}" must be ${takes}` });
