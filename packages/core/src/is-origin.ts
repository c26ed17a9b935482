/** Lower-case names without an empty label or a final dot, or an IPv6 address. */
const HOST = /^([a-z\d_-]+(\.[a-z\d_-]+)*|\[[\da-f:]+\])(:[1-9]\d*)?$/;
/** URL schemes that no page has as its origin. */
const NO_PAGES = /^(wss?|ftp|file|data|blob|about|javascript):/;

/** Whether it is an origin as browsers and web views of apps send it: `https://shop.example`, `capacitor://localhost`. */
export function isOrigin(value: string): boolean {
  if (value.length > 256 || !URL.canParse(value) || NO_PAGES.test(value)) return false;
  const [, scheme = "", host = ""] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/s.exec(value) ?? [];
  // `URL` knows the origins of web schemes only.
  if (/^https?$/.test(scheme)) return HOST.test(host) && new URL(value).origin === value;
  // Hosts of other schemes have no normal form: `chrome-extension://…`.
  return HOST.test(host.toLowerCase());
}
