/** Whether it is an origin as browsers and web views of apps send it: `https://shop.example`, `capacitor://localhost`. */
export function isOrigin(value: string): boolean {
  if (value.length > 256 || !URL.canParse(value)) return false;
  const { protocol, origin } = new URL(value);
  // `URL` knows the origins of web schemes only.
  return /^https?:$/.test(protocol) ? origin === value : /^[a-z][a-z0-9+.-]*:\/\/[\w.-]+(:\d+)?$/.test(value);
}
