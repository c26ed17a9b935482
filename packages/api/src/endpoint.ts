/** Where the Equos API answers; paths already contain `/v3`. */
export const EQUOS_ENDPOINT = "https://api.equos.ai";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether what is sent there cannot be read on the way. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));

/**
 * Checks an endpoint and returns it without a trailing slash.
 *
 * @throws TypeError when it is no URL, carries a login, query or fragment, ends in `/v3`, or is `http:` anywhere but on loopback: the
 * API key would travel in the clear.
 */
export function parseEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint)) throw new TypeError("endpoint must be a URL such as https://api.equos.ai");
  const url = new URL(endpoint);
  if (!isSafe(url)) {
    throw new TypeError("endpoint must use https: (http: only for 127.0.0.1, [::1] and localhost)");
  }
  const plain = url.origin + url.pathname;
  // Compared as a whole: an empty query or fragment is "" in `search` and `hash`, and would still swallow the path.
  if (url.href !== plain) {
    throw new TypeError("endpoint must have no login, query or fragment");
  }
  if (/\/v3\/*$/.test(url.pathname)) throw new TypeError("endpoint must not end in /v3: every call adds it");
  return plain.replace(/\/+$/, "");
}
