/**
 * Returns the network that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which is what a household
 * or phone gets. Other texts are returned as they are.
 */
export function network(address: string): string {
  const bare = address.replace(/^\[|\]$|%.*$/g, "").toLowerCase();
  // Characters outside an address could make the URL parser read something else.
  if (/[^\da-f.:]/.test(bare) || !URL.canParse(`http://[${bare}]`)) return bare;
  // The URL parser writes all forms of an IPv6 address in the same way.
  const [before = [], after = []] = new URL(`http://[${bare}]`).hostname
    .slice(1, -1)
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return `${groups.slice(0, 4).join(":")}::/64`;
  // ::ffff:0:0/96 is an IPv4 address.
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}
