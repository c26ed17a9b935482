import type { ConversationBroker } from "@equos-broker/core";
import type { Listeners, Settings } from "./broker-under-test.js";

/** The parser that the host runs before the broker, if any. */
export type HostParser = "none" | "json" | "json+urlencoded" | "text" | "raw";

/** A broker whose `authorize` looks at headers only, so that it mounts on every framework. */
export type AnyBroker = ConversationBroker;

export interface ListeningHost {
  /** Up to and including the mount, without a trailing slash. */
  readonly mount: string;
  /** The server's own root. */
  readonly origin: string;
  close(): Promise<void>;
}

/** What a host answers by itself, or in a way of its own, and why. */
export interface OwnAnswer {
  /** 0: nothing, before the client leaves. Below 300: the broker is asked all the same. */
  readonly status: number;
  /** Ends up in `docs/adapters.md`. */
  readonly reason: string;
}

interface AnyHost {
  readonly name: string;
  /** Its column in `docs/adapters.md`; hosts of one column differ by their parser. */
  readonly column: string;
  readonly parser: HostParser;
  /** `true`: the framework knows the mount, so what is below it and not ours goes to the host's own routes. */
  readonly knowsMount: boolean;
  /** Where no timer outlives its request: a scheduler sweeps this often. */
  readonly sweepSeconds?: number | undefined;
  /** The cases that this host decides, by their names. Each is checked as it is told here. */
  readonly own?: Readonly<Record<string, OwnAnswer>> | undefined;
}

/** A host in this process. */
export interface LocalHost extends AnyHost {
  /**
   * Serves the broker behind a hook of the host's own, which does what the header `x-host-hook` says: `rejects` the request
   * (status 500), `reads` its body and keeps nothing, or `destroys` the body.
   */
  listen(broker: AnyBroker): Promise<ListeningHost>;
  /** The same, beside the host's usual CORS plugin set to `pageOrigin`; `undefined` where there is none. */
  readonly listenBesideCors?: ((broker: AnyBroker) => Promise<ListeningHost>) | undefined;
}

/** A broker that serves in another process, perhaps on another runtime, by a clock that is moved from here. */
export interface Elsewhere extends ListeningHost {
  /** Moves its clock, which began at `now`. */
  advance(ms: number): Promise<void>;
  /** Passes on what the listeners have not been told yet. */
  hear(): Promise<void>;
  /** Everything that its process has printed so far. */
  printed(): string;
  closeBroker(): Promise<void>;
}

/** A host in another process, which makes the broker there. It has the same hook as a {@link LocalHost}. */
export interface RemoteHost extends AnyHost {
  open(settings: Settings, now: number, listeners: Listeners): Promise<Elsewhere>;
}

/**
 * One way of mounting a broker. A new adapter describes its host and calls `conformance(host)`; every case is then its
 * own.
 */
export type Host = LocalHost | RemoteHost;

/** The origin of the page in the cases about CORS. */
export const pageOrigin = "https://app.example";
