import type { Consumer } from "../consumer.js";
import { BrokerError } from "../errors.js";
import type { Books } from "../ledger/books.js";
import type { LedgerClaim } from "../ledger/claim.js";

/** How a caller says which conversation it means, and that it may. */
export interface Claim {
  /** Possession of the conversation's token is proof enough. */
  readonly token?: string;
  /** Whom the server takes the caller for. */
  readonly consumer?: Pick<Consumer, "identity" | "tenant">;
  readonly id?: string;
}

/**
 * `stop({ consumer: req.user, id })` with nobody signed in must not be taken for the server's own `stop({ id })`.
 *
 * @throws BrokerError `not-found` for a consumer or token that is named and missing
 */
export function checkClaim(claim: Claim): void {
  const named = (["consumer", "token", "id"] as const).filter((field) => field in claim);
  const missing = named.some((field) => claim[field] === undefined || claim[field] === null || claim[field] === "");
  const nobody = claim.consumer !== undefined && typeof claim.consumer?.identity !== "string";
  if (named.length === 0 || missing || nobody) throw new BrokerError("not-found");
}

/** The same in the ledger's words, where nobody can tell who or what it is. */
export async function ledgerClaim({ digests }: Books, { token, consumer, id }: Claim): Promise<LedgerClaim> {
  return {
    conversation: id,
    // With a token, nobody asks who the caller is.
    ...(token === undefined ? {} : { token: await digests.token(token) }),
    ...(token !== undefined || consumer === undefined ? {} : { consumer: await digests.consumer(consumer) }),
  };
}
