import { BrokerError } from "./errors.js";

/**
 * The end user, as the server's `authorize` decides. Fields of the team's own may stand beside these; they reach
 * `conversation`, `limits` and `client`, and never Equos or a browser.
 */
export interface Consumer {
  /** 1–128 printable characters, stable per user. Becomes the LiveKit identity, which everyone in the room sees. */
  readonly identity: string;
  /** 1–128 printable characters. */
  readonly name: string;
  /** Separates users of several customers whose identities may be equal. */
  readonly tenant?: string | undefined;
  /** Response headers to send along, such as a renewed `Set-Cookie`. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

const PRINTABLE = /^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]{1,128}$/u;
/** What JavaScript makes of a missing value when it is pasted into a string: one user for everybody. */
const ACCIDENTS = new Set(["undefined", "null", "NaN", "[object Object]", "[object Promise]"]);

const isPrintable = (value: unknown): boolean =>
  typeof value === "string" && value.trim() !== "" && PRINTABLE.test(value) && !ACCIDENTS.has(value.trim());

/** @throws BrokerError `invalid-identity`: a consumer that would mix up users starts nothing. */
export function checkConsumer(consumer: Consumer): void {
  const bad = (["identity", "name"] as const).find((field) => !isPrintable(consumer[field]));
  const badTenant = consumer.tenant !== undefined && !isPrintable(consumer.tenant);
  if (bad === undefined && !badTenant) return;
  const field = bad ?? "tenant";
  const what =
    typeof consumer[field] === "number"
      ? "a number: use String(…)"
      : 'not 1 to 128 printable characters, or reads "undefined"';
  throw new BrokerError("invalid-identity", { hint: `The consumer's ${field} is ${what}` });
}
