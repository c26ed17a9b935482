import { BrokerError } from "./errors.js";

/**
 * The end user, as the server's `authorize` decides. It may have more fields, which only `conversation`, `limits`, and
 * `client` receive.
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
/** Texts that JavaScript makes of a missing value: all users would share one identity. */
const ACCIDENTS = ["", "undefined", "null", "NaN", "[object Object]", "[object Promise]"];

/** @throws BrokerError `invalid-identity` */
export function checkConsumer(consumer: Consumer): void {
  for (const field of ["identity", "name", "tenant"] as const) {
    // A caller in JavaScript may pass anything.
    const value: unknown = consumer[field];
    if (field === "tenant" && value === undefined) continue;
    if (typeof value === "string" && PRINTABLE.test(value) && !ACCIDENTS.includes(value.trim())) continue;
    const problem =
      typeof value === "number" ? "a number: use String(…)" : 'not 1 to 128 printable characters, or "undefined"';
    throw new BrokerError("invalid-identity", { hint: `The consumer's ${field} is ${problem}` });
  }
}
