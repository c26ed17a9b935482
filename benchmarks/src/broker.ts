import { type BrokerOptions, type Consumer, ConversationBroker, type ConversationStore } from "@equos-broker/core";
import type { LocalEquos } from "./local-equos.js";

export type Broker = ConversationBroker<unknown, Consumer, string, undefined>;
type Options = BrokerOptions<unknown, Consumer, string, undefined>;

const quiet = { warn: () => undefined, error: () => undefined };

/** A broker of a server of its own, in front of an Equos in this process. */
export function brokerOn(store: ConversationStore, equos: LocalEquos, options: Partial<Options> = {}): Broker {
  return new ConversationBroker<unknown, Consumer, string, undefined>({
    equos: equos.port,
    characters: { guide: "cha_3f2b8c1e9d7a4650" },
    deployment: "museum-production",
    ...(store.shared ? { secret: "a secret of the benchmark that seals nothing real" } : {}),
    store,
    logger: quiet,
    ...options,
  });
}
