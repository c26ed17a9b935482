import type { Clock } from "../clock.js";
import { Digests } from "../digests.js";
import { BrokerError, isBrokerError, secretMissing } from "../errors.js";
import { base64url, fromBase64url, hmacKey } from "../hmac.js";
import type { Keyring } from "../sealing/keyring.js";
import { SharedWork } from "../shared-work.js";
import { Books, bounded, unavailable } from "./books.js";
import type { Ledger, LedgerIdentity } from "./ledger.js";
import type { Settling } from "./settling.js";

/** What the digest key is sealed for: no record opens in its place, and no other deployment opens the books. */
const aboutKey = (deployment: string | undefined) => `equos-broker digest key|${deployment ?? ""}`;

export interface OpenerSurroundings {
  readonly clock: Clock;
  readonly seconds: number;
  readonly settling: Settling;
  /** Seals what others can read; none for a ledger in this process. */
  readonly keyring: Keyring | undefined;
  readonly deployment: string | undefined;
  /** Told of the books that it has opened, by their id. */
  readonly opened: (books: string) => void;
}

/** Opens the ledger at first use, and again when its books turn out to be lost. */
export class Opener {
  readonly #ledger: () => Ledger;
  readonly #with: OpenerSurroundings;
  readonly #opening: SharedWork<"books", Books>;
  #opened: Books | undefined;
  #used = false;

  /** `ledger`: called at first use; it may look at the environment. */
  constructor(ledger: () => Ledger, surroundings: OpenerSurroundings) {
    this.#ledger = ledger;
    this.#with = surroundings;
    // The ledger is asked once, and again where the digests' key has to be sealed anew.
    this.#opening = new SharedWork(surroundings.clock, 2 * surroundings.seconds + 1);
  }

  /** Whether anything was ever asked of it. */
  get used(): boolean {
    return this.#used;
  }

  /** @throws BrokerError `ledger-unavailable`, `ledger-not-shared`, `ledger-misconfigured`, `secret-missing` or `secret-mismatch` */
  async books(): Promise<Books> {
    this.#used = true;
    // A failure is not kept: the next call tries again.
    return this.#opened ?? (await this.#opening.run("books", () => this.#open()));
  }

  async #open(): Promise<Books> {
    const { clock, seconds, settling, keyring, deployment } = this.#with;
    const ledger = this.#ledger();
    // What others can read has to be sealed.
    if (keyring?.isEmpty) throw secretMissing("A shared ledger");
    const key = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const proposal = {
      nonce: nonce(),
      key: keyring === undefined ? key : await keyring.seal(key, aboutKey(deployment)),
    };
    const identity = await bounded(clock, seconds, "open", () => ledger.open(proposal)).catch((error: unknown) => {
      // What is wrong with the store's settings is for its own code to say.
      throw isBrokerError(error) && isBrokerError(error.cause) ? error.cause : error;
    });
    const { bytes, outdated } = await this.#openKey(identity);
    const digests = new Digests(await hmacKey(bytes));
    const lost = () => {
      if (this.#opened === books) this.#opened = undefined;
    };
    const books: Books = new Books(ledger, identity, digests, { clock, seconds, settling, lost });
    this.#with.opened(identity.id);
    if (outdated && keyring !== undefined) {
      const to = await keyring.seal(base64url(bytes), aboutKey(deployment));
      await books.step("rekey", { from: identity.key, to });
    }
    this.#opened = books;
    return books;
  }

  async #openKey({ key }: LedgerIdentity): Promise<{ bytes: Uint8Array; outdated: boolean }> {
    const { keyring, deployment } = this.#with;
    const opened = keyring === undefined ? { text: key, current: true } : await keyring.open(key, aboutKey(deployment));
    if (opened === undefined) {
      const hint =
        "The ledger was opened with another secret or by another deployment: give the secret in use too, or this deployment a ledger (a prefix) of its own";
      throw new BrokerError("secret-mismatch", { hint });
    }
    const bytes = fromBase64url(opened.text);
    if (bytes === undefined) throw unavailable("The ledger's digest key is damaged");
    return { bytes, outdated: !opened.current };
  }
}

function nonce(): string {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(letters, (byte) => (byte % 36).toString(36)).join("");
}
