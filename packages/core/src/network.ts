/** All texts that are no address, and clients without a known address, count as one client. */
const UNKNOWN = "unknown";

/** Prefixes of the IPv6 addresses that stand for an IPv4 address: mapped, translated (SIIT), and NAT64. */
const IPV4_PREFIXES = ["0:0:0:0:0:ffff", "0:0:0:0:ffff:0", "64:ff9b:0:0:0:0"];

/**
 * Returns the network that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which is what a household
 * or phone gets. Every spelling of an address gives the same network: case, zeros, brackets, zone, port, mapped IPv4.
 */
export function network(address: unknown): string {
  if (typeof address !== "string" || address.length > 128) return UNKNOWN;
  const text = address.trim().toLowerCase();
  // `[2001:db8::1%eth0]:443`
  const bare = (/^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text).replace(/%.*$/, "");
  const [matched, before, ...octets] = /^(.*:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::\d+)?$/.exec(bare) ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
  if (Math.max(a, b, c, d) > 255) return UNKNOWN;
  if (matched !== undefined && before === undefined) return [a, b, c, d].join(".");
  const ipv6 = matched === undefined ? bare : `${before}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  // Characters outside an address could make the URL parser read something else.
  if (/[^\da-f:]/.test(ipv6) || !URL.canParse(`http://[${ipv6}]`)) return UNKNOWN;
  // The URL parser writes all forms of an IPv6 address in the same way.
  const [start = [], end = []] = new URL(`http://[${ipv6}]`).hostname
    .slice(1, -1)
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  const groups = [...start, ...Array<string>(8 - start.length - end.length).fill("0"), ...end];
  if (!IPV4_PREFIXES.includes(groups.slice(0, 6).join(":"))) return `${groups.slice(0, 4).join(":")}::/64`;
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}
