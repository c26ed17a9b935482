import { z } from "zod";
import type { Consumer } from "../consumer.js";
import { lazily } from "../environment.js";
import { BrokerError, secretMissing } from "../errors.js";
import type { Grant } from "../grant.js";
import { base64url, Digests, fromBase64url, hmacKey } from "../hmac.js";
import { Keyring } from "../sealing/keyring.js";
import type { Settings } from "../settings.js";
import { SharedWork } from "../shared-work.js";
import { type ConsumerState, type Decision, STATE_FORMAT } from "../state/state.js";
import { openSession, type StoreSession } from "../store/session.js";
import type { Awaitable, ConversationStore } from "../store/store.js";
import { consumerOf } from "./upstream-name.js";

/** Characters of a token that identify it. The signature of a LiveKit token has 43. */
const TOKEN_KEY_LENGTH = 64;

const textSchema = lazily(() =>
  z.object({
    consumer: z.object({ identity: z.string(), tenant: z.string().optional() }),
    /** Alias; "" for an imported conversation. */
    character: z.string(),
    /** The segment at Equos that it is listed under. */
    segment: z.string(),
    /** From the commit on. */
    payload: z
      .custom<Grant>((value) => typeof value === "object" && value !== null && "consumerAccessToken" in value)
      .optional(),
  }),
);

/** What a sealed text holds: whose conversation it is, where it is listed, and what its client receives. */
export type SealedText = z.infer<ReturnType<typeof textSchema>>;

/** An opened store with its keys. An operation uses one from its beginning to its end. */
export class OpenStore {
  readonly session: StoreSession;
  readonly hashes: Digests;
  /** Whether other servers use the same data. */
  readonly isShared: boolean;
  readonly #keyFor: ((text: string) => string) | undefined;
  readonly #keyring: Keyring | undefined;

  constructor(session: StoreSession, hashes: Digests, store: ConversationStore, keyring: Keyring | undefined) {
    this.session = session;
    this.hashes = hashes;
    this.isShared = store.shared;
    this.#keyFor = store.keyFor?.bind(store);
    this.#keyring = keyring;
  }

  get id(): string {
    return this.session.id;
  }

  /** Runs a transition on the state that a reservation belongs to. */
  change<R, T>(
    transition: (state: ConsumerState, request: R, now: number) => Decision<T>,
    request: NoInfer<R> & { readonly reservation: string },
  ): Awaitable<T> {
    return this.session.update(consumerOf(request.reservation), ({ state, now }) => transition(state, request, now));
  }

  /** Returns the key of a consumer's state: the store's own, or a keyed hash of tenant and identity. */
  consumerKey({ identity, tenant }: Pick<Consumer, "identity" | "tenant">): string | Promise<string> {
    if (this.#keyFor === undefined) return this.hashes.consumer({ identity, tenant });
    // An identity may look like any other text, so both always stand in one form.
    return this.#keyFor(JSON.stringify([tenant ?? null, identity]));
  }

  /**
   * Returns what the store knows a token by: a keyed hash, or in this process' own memory the end of the token, which is its
   * signature.
   */
  tokenKey(token: string): string | Promise<string> {
    if (this.isShared) return this.hashes.token(token);
    // A copy: V8 lets a slice keep the whole token in memory.
    return JSON.parse(JSON.stringify(token.slice(-TOKEN_KEY_LENGTH)));
  }

  /** Encrypts a text for a shared store. In this process' memory it stays readable. */
  seal(text: SealedText, reservation: string): string | Promise<string> {
    const json = JSON.stringify(text);
    return this.#keyring === undefined ? json : this.#keyring.seal(json, this.#about(reservation));
  }

  /**
   * Returns what was sealed; `undefined` if there is nothing, or nothing that can be read.
   *
   * @throws BrokerError `secret-mismatch`: another server seals with a secret that this one does not have
   */
  unseal(sealed: string | undefined, reservation: string): SealedText | undefined | Promise<SealedText | undefined> {
    if (sealed === undefined) return undefined;
    return this.#keyring === undefined ? parse(sealed) : this.#decrypt(this.#keyring, sealed, reservation);
  }

  /** Loads and reads the sealed text of one record. Never rejects: events go without it. */
  async textOf(consumer: string, reservation: string): Promise<SealedText | undefined> {
    try {
      const { sealed } = await this.session.read({ consumer }, { sealed: true });
      return await this.unseal(sealed[reservation], reservation);
    } catch {
      return undefined;
    }
  }

  async #decrypt(keyring: Keyring, sealed: string, reservation: string): Promise<SealedText | undefined> {
    const opened = await keyring.open(sealed, this.#about(reservation));
    if (opened !== undefined) return parse(opened.text);
    if (!(await keyring.isForeign(sealed))) return undefined;
    const hint =
      "The option secret lacks the one that another server encrypts with: first give all servers the new one as the second";
    throw new BrokerError("secret-mismatch", { hint });
  }

  /** The reservation names its consumer, so a text that was moved to another record does not open. */
  #about(reservation: string): string {
    return `${this.id}|${reservation}`;
  }
}

function parse(text: string): SealedText | undefined {
  try {
    return textSchema().safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What the key of the keyed hashes is sealed for: no other text, and no other deployment's. */
const aboutKey = (deployment: string | undefined) => `equos-broker hash key|${deployment ?? ""}`;

export interface OpenerEvents {
  /** Called with each store that was opened. */
  opened(store: OpenStore): void;
  /** Called once for each loss. */
  lost(store: OpenStore): void;
}

/** Opens the store at first use, and again after its data was replaced. */
export class StoreOpener {
  readonly #settings: Settings;
  readonly #endpoint: () => string;
  readonly #events: OpenerEvents;
  readonly #opening: SharedWork<"open", OpenStore>;
  #store: OpenStore | undefined;
  /** Whether the store was ever asked for. */
  isUsed = false;

  constructor(settings: Settings, endpoint: () => string, events: OpenerEvents) {
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#events = events;
    // Two calls of the store: to open it, and to store a key that is encrypted with the new secret.
    this.#opening = new SharedWork(settings.clock, 2 * settings.timeouts.storeSeconds + 1);
  }

  /** @throws BrokerError `store-unavailable`, `store-not-shared`, `store-misconfigured`, `secret-missing`, `secret-mismatch` */
  open(): OpenStore | Promise<OpenStore> {
    this.isUsed = true;
    // A failure is not kept: the next call tries again.
    return this.#store ?? this.#opening.run("open", () => this.#open());
  }

  async #open(): Promise<OpenStore> {
    const { clock, timeouts, deployment, secrets, store, upstreamUser } = this.#settings;
    const attached = store.attach?.({ deployment, endpoint: this.#endpoint(), upstream: upstreamUser }) ?? store;
    if (attached.shared && secrets.length === 0) throw secretMissing("A shared store");
    const keyring = attached.shared ? new Keyring(secrets) : undefined;
    const proposed = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const key = keyring === undefined ? proposed : await keyring.seal(proposed, aboutKey(deployment));
    let opened: OpenStore | undefined;
    const session = await openSession(
      attached,
      { nonce: nonce(), key, format: STATE_FORMAT },
      {
        clock,
        storeSeconds: timeouts.storeSeconds,
        onLoss: () => {
          if (opened !== undefined) this.#events.lost(opened);
        },
        onReplaced: () => {
          if (this.#store === opened) this.#store = undefined;
        },
      },
    );
    const { bytes, isOutdated } = await openKey(session.key, keyring, deployment);
    if (isOutdated && keyring !== undefined) {
      const to = await keyring.seal(base64url(bytes), aboutKey(deployment));
      await session.updateMeta({ key: { from: session.key, to } });
    }
    opened = new OpenStore(session, new Digests(await hmacKey(bytes)), attached, keyring);
    this.#store = opened;
    this.#events.opened(opened);
    return opened;
  }
}

async function openKey(
  key: string,
  keyring: Keyring | undefined,
  deployment: string | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly isOutdated: boolean }> {
  const opened = keyring === undefined ? { text: key, current: true } : await keyring.open(key, aboutKey(deployment));
  const bytes = opened && fromBase64url(opened.text);
  if (opened !== undefined && bytes !== undefined) return { bytes, isOutdated: !opened.current };
  const hint =
    "The store was opened with another secret or by another deployment: add the secret in use, or give this deployment a store (a prefix) of its own";
  throw new BrokerError("secret-mismatch", { hint });
}

function nonce(): string {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(letters, (byte) => (byte % 36).toString(36)).join("");
}
