import { z } from "zod";
import type { Consumer } from "../consumer.js";
import { BrokerError } from "../errors.js";
import type { Grant } from "../grant.js";
import { lazily } from "../lazily.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Keyring } from "../sealing/keyring.js";

const schema = lazily(() =>
  z.object({
    consumer: z.object({ identity: z.string(), tenant: z.string().optional() }),
    /** Alias. */
    character: z.string(),
    /** What Equos files it under: where to look for it. */
    client: z.string(),
    /** Its page said that it would send keep-alives. */
    keepsAlive: z.boolean(),
    /** Once there is one. */
    grant: z
      .custom<Grant>((value) => typeof value === "object" && value !== null && "consumerAccessToken" in value)
      .optional(),
  }),
);

/** What the broker writes into a ledger record for itself. Ledgers keep it as an opaque text. */
export type Payload = z.infer<ReturnType<typeof schema>>;

/** Whose record it is, and where: a payload that was moved to another one does not open. */
export type PayloadPlace = Pick<LedgerRecord, "reservation" | "consumer">;

export function newPayload(
  { identity, tenant }: Pick<Consumer, "identity" | "tenant">,
  rest: Pick<Payload, "character" | "client" | "keepsAlive">,
): Payload {
  const { character, client, keepsAlive } = rest;
  return { consumer: tenant === undefined ? { identity } : { identity, tenant }, character, client, keepsAlive };
}

/** Writes and reads payloads: sealed where the ledger is shared, plain where it is this process' own memory. */
export class Payloads {
  readonly #keyring: Keyring | undefined;
  readonly #unreadable: (reservation: string) => void;

  constructor(keyring: Keyring | undefined, unreadable: (reservation: string) => void) {
    this.#keyring = keyring;
    this.#unreadable = unreadable;
  }

  async write(payload: Payload, ledger: string, place: PayloadPlace): Promise<string> {
    const text = JSON.stringify(payload);
    return this.#keyring === undefined ? text : await this.#keyring.seal(text, about(ledger, place));
  }

  /**
   * `undefined`, and reported: it was forged, truncated or moved.
   *
   * @throws BrokerError `secret-mismatch`: it was sealed with a secret that this server does not have (yet)
   */
  async read(record: PayloadPlace & Pick<LedgerRecord, "payload">, ledger: string): Promise<Payload | undefined> {
    // An end that was announced has none any more.
    if (record.payload === "") return undefined;
    const opened =
      this.#keyring === undefined
        ? { text: record.payload }
        : await this.#keyring.open(record.payload, about(ledger, record));
    const payload = opened && parse(opened.text);
    if (payload !== undefined) return payload;
    if (await this.#keyring?.isForeign(record.payload)) {
      const hint =
        "The option secret does not have what another server seals with: give all servers the new one as the second first";
      throw new BrokerError("secret-mismatch", { hint });
    }
    this.#unreadable(record.reservation);
    return undefined;
  }
}

const about = (ledger: string, { reservation, consumer }: PayloadPlace) => `${ledger}|${reservation}|${consumer}`;

function parse(text: string): Payload | undefined {
  try {
    return schema().safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
