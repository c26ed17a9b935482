import type { Mountable } from "@equos-broker/next";

const registry = Symbol.for("equos-broker.brokers-under-test");

/** Hands each request to the broker of the test in whose process this server runs; test/hosts.ts names it in a header. */
export const delegate: Mountable<unknown> = {
  actions: ["start", "stop", "keepalive", "token"],
  handle: async (exchange) => {
    // Written by test/hosts.ts alone, and not at all under `next start`.
    const { [registry]: brokers } = globalThis as { [registry]?: ReadonlyMap<string, Mountable<unknown>> };
    const broker = brokers?.get(exchange.header("x-broker-under-test") ?? "");
    return broker === undefined ? null : await broker.handle(exchange);
  },
};
