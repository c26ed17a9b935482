/** As browsers and apps' web views send it: `https://shop.example`, `capacitor://localhost`; never a path. */
export function isOrigin(value: string): boolean {
  if (value.length > 256 || !URL.canParse(value)) return false;
  const { protocol, origin } = new URL(value);
  // Only the web's own schemes have an origin to URL.
  return /^https?:$/.test(protocol) ? origin === value : /^[a-z][a-z0-9+.-]*:\/\/[\w.-]+(:\d+)?$/.test(value);
}
