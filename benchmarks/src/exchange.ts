import type { Exchange } from "@equos-broker/core";

/** A request as an adapter hands it over, without any framework. */
export function exchange(action: string, body: unknown, who = ""): Exchange {
  const headers: Readonly<Record<string, string>> = { "content-type": "application/json", "x-user": who };
  return {
    method: "POST",
    action,
    header: (name) => headers[name],
    readBody: async () => body,
    clientIp: "192.0.2.1",
    signal: new AbortController().signal,
    native: undefined,
    waitUntil: () => undefined,
  };
}
