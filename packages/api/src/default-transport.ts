import { fetchTransport } from "./fetch-transport.js";

/** Where `#default-transport` is not Node: the runtime's own `fetch`, looked up at the call. */
export const defaultTransport = fetchTransport((input, init) => globalThis.fetch(input, init));
