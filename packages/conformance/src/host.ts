import type { ConversationBroker } from "@equos-broker/core";

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

/**
 * One way of mounting a broker. A new adapter describes its host and calls `conformance(host)`; every case is then its
 * own.
 */
export interface Host {
  readonly name: string;
  readonly parser: HostParser;
  /** `true`: the framework knows the mount, so what is below it and not ours goes to the host's own routes. */
  readonly knowsMount: boolean;
  listen(broker: AnyBroker): Promise<ListeningHost>;
}
