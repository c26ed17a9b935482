import type { Consumer } from "../consumer.js";
import { isPromise } from "../deadline.js";
import { BrokerError, secretMissing } from "../errors.js";
import type { Grant } from "../grant.js";
import { base64url, fromBase64url, type HmacKey, hmacKey, signBytes } from "../hmac.js";
import { createKeyring, type Keyring, plainKeyring } from "../sealing/keyring.js";
import type { Settings } from "../settings.js";
import { SharedWork } from "../shared-work.js";
import { type ConsumerState, type Decision, STATE_FORMAT } from "../state/state.js";
import { openSession, type StoreSession } from "../store/session.js";
import type { Awaitable, ConversationStore } from "../store/store.js";
import { consumerOf } from "./upstream-name.js";

/** Characters at the end of a token that identify it. The signature of a LiveKit token has 43. */
const TOKEN_KEY_LENGTH = 64;
/** Length of a keyed hash. With 128 bits no two texts have the same hash, and the store stays small. */
const HASH_BYTES = 16;

/** What a sealed text holds. */
export interface SealedText {
  /** The consumer of the conversation. */
  readonly consumer: { readonly identity: string; readonly tenant?: string | undefined };
  /** Alias; "" for an imported conversation. */
  readonly character: string;
  /** The segment at Equos that lists the conversation. */
  readonly segment: string;
  /** What the client receives. Absent until the conversation has begun. */
  readonly payload?: Grant | undefined;
}

/** An opened store with its keys. An operation uses the same one from its beginning to its end. */
export type OpenStore = ReturnType<typeof withKeys>;

function withKeys(session: StoreSession, store: ConversationStore, key: HmacKey, keyring: Keyring) {
  const fingerprints = new Map<string, string>();

  /** Returns a keyed hash: it does not reveal the parts. */
  function hash(...parts: string[]): Awaitable<string> {
    // The length before each part keeps two lists of parts from having the same text.
    const signature = signBytes(key, parts.map((part) => `${part.length}:${part}`).join(""));
    const shorten = (bytes: Uint8Array) => base64url(bytes.subarray(0, HASH_BYTES));
    return isPromise(signature) ? signature.then(shorten) : shorten(signature);
  }

  /** Returns what a sealed text belongs to. The reservation names its consumer, so a text of another record does not open. */
  const subject = (reservation: string) => `${session.id}|${reservation}`;

  /**
   * Returns the content of a sealed text; `undefined` if there is none that can be read.
   *
   * @throws BrokerError `secret-mismatch`: another server seals with a secret that this one does not have
   */
  async function unseal(sealed: string | undefined, reservation: string): Promise<SealedText | undefined> {
    if (sealed === undefined) return undefined;
    const opened = await keyring.open(sealed, subject(reservation));
    if (opened !== undefined) return parse(opened.text);
    if (!(await keyring.isForeign(sealed))) return undefined;
    const hint =
      "The option secret lacks the one that another server encrypts with: first give all servers the new one as the second";
    throw new BrokerError("secret-mismatch", { hint });
  }

  return {
    id: session.id,
    session,
    /** Whether other servers use the same data. */
    isShared: store.shared,

    /** Keyed hashes. */
    hashes: {
      /**
       * Returns what makes two starts of a consumer the same.
       *
       * @param inputText the input as it was sent, before a schema has changed it
       */
      fingerprint(characterId: string, inputText: string): Awaitable<string> {
        if (inputText !== "") return hash("start", characterId, inputText);
        // Without input all consumers share the fingerprint, and a server has few characters.
        const cached = fingerprints.get(characterId);
        if (cached !== undefined) return cached;
        const fingerprint = hash("start", characterId, "");
        // A promise is not kept: some platforms end it with the request that made it.
        if (typeof fingerprint === "string") fingerprints.set(characterId, fingerprint);
        return fingerprint;
      },
      /** @param network an IP address, or the prefix that one household has */
      network: (network: string) => hash("network", network),
    },

    /** Runs a transition on the state that a reservation belongs to. */
    change: <R, T>(
      transition: (state: ConsumerState, request: R, now: number) => Decision<T>,
      request: NoInfer<R> & { readonly reservation: string },
    ): Awaitable<T> =>
      session.update(consumerOf(request.reservation), ({ state, now }) => transition(state, request, now)),

    /** Returns the key of a consumer's state: the store's own, or a keyed hash of tenant and identity. */
    consumerKey({ identity, tenant }: Pick<Consumer, "identity" | "tenant">): Awaitable<string> {
      // An identity may look like any other text, so both always stand in one form.
      return store.keyFor === undefined
        ? hash("consumer", tenant ? `t${tenant}` : "", identity)
        : store.keyFor(JSON.stringify([tenant ?? null, identity]));
    },

    /** Returns the store's alias of a token: a keyed hash, or in the memory of this process the end of the token. */
    tokenKey(token: string): Awaitable<string> {
      if (store.shared) return hash("token", token);
      // A copy: V8 lets a slice keep the whole token in memory.
      return JSON.parse(JSON.stringify(token.slice(-TOKEN_KEY_LENGTH)));
    },

    /** Encrypts a text for a shared store. In the memory of this process it stays readable. */
    seal: (text: SealedText, reservation: string) => keyring.seal(JSON.stringify(text), subject(reservation)),

    unseal,

    /** Loads and unseals the text of one record. Never rejects: events go without it. */
    async textOf(consumer: string, reservation: string): Promise<SealedText | undefined> {
      try {
        const { sealed } = await session.read({ consumer }, { sealed: true });
        return await unseal(sealed[reservation], reservation);
      } catch {
        return undefined;
      }
    },
  };
}

/** Returns what `seal` was given; `undefined` if another release has sealed something else. */
function parse(json: string): SealedText | undefined {
  try {
    // Only this library seals, so a look at each field is enough.
    const text: SealedText = JSON.parse(json);
    const fields = [text.consumer.identity, text.consumer.tenant ?? "", text.character, text.segment];
    const hasPayload = text.payload === undefined || typeof text.payload.consumerAccessToken === "string";
    return hasPayload && fields.every((field) => typeof field === "string") ? text : undefined;
  } catch {
    return undefined;
  }
}

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
  /** Whether `open` was ever called. */
  isUsed = false;

  constructor(settings: Settings, endpoint: () => string, events: OpenerEvents) {
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#events = events;
    // Two calls of the store: to open it, and to store a key that is encrypted with the new secret.
    this.#opening = new SharedWork(settings.clock, 2 * settings.timeouts.storeSeconds + 1);
  }

  /**
   * @throws BrokerError `store-unavailable`, `store-not-shared`, `store-misconfigured`, `deployment-missing`, `secret-missing`,
   * `secret-mismatch`
   */
  open(): Awaitable<OpenStore> {
    this.isUsed = true;
    // After a failure the next call tries again.
    return this.#store ?? this.#opening.run("open", () => this.#open());
  }

  async #open(): Promise<OpenStore> {
    const { clock, timeouts, deployment, secrets, upstreamUser, store: configured } = this.#settings;
    const user = { deployment, endpoint: this.#endpoint(), upstream: upstreamUser };
    const store = configured.attach?.(user) ?? configured;
    if (store.shared && deployment === undefined) {
      const hint = "A shared store needs the option deployment: this installation's name, such as shop-production";
      throw new BrokerError("deployment-missing", { hint });
    }
    if (store.shared && secrets.length === 0) throw secretMissing("A shared store");
    const keyring = store.shared ? createKeyring(secrets) : plainKeyring;
    // Another deployment cannot open the key of the keyed hashes.
    const about = `equos-broker hash key|${deployment ?? ""}`;
    const nonce = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join("");
    const key = await keyring.seal(base64url(crypto.getRandomValues(new Uint8Array(32))), about);
    let opened: OpenStore | undefined;
    const session = await openSession(
      store,
      { nonce, key, format: STATE_FORMAT },
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
    const hashKey = await keyring.open(session.key, about);
    const bytes = hashKey && fromBase64url(hashKey.text);
    if (hashKey === undefined || bytes === undefined) {
      const hint =
        "The store was opened with another secret or by another deployment: add the secret in use, or give this deployment a store (a prefix) of its own";
      throw new BrokerError("secret-mismatch", { hint });
    }
    if (!hashKey.isCurrent) {
      const to = await keyring.seal(hashKey.text, about);
      await session.updateMeta({ key: { from: session.key, to } });
    }
    opened = withKeys(session, store, await hmacKey(bytes), keyring);
    this.#store = opened;
    this.#events.opened(opened);
    return opened;
  }
}
