import { fetchTransport } from "./fetch-transport.js";

/** The part of Deno's own API that is used. */
interface Deno {
  createHttpClient(options: { readonly poolMaxIdlePerHost: number }): object;
}

let client: object | undefined;

/**
 * `#default-transport` on Deno: `fetch`, with a connection of its own for each call. Deno 2.9 sends a request a second time,
 * of whatever method, when a connection that it has used before breaks ahead of the answer: a start would be billed twice.
 */
export const defaultTransport = fetchTransport((input, init) => {
  // This file is selected on Deno only.
  const { Deno } = globalThis as unknown as { readonly Deno: Deno };
  client ??= Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  // Deno's own option of `fetch`.
  return globalThis.fetch(input, { ...init, client } as RequestInit);
});
