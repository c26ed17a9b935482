/**
 * What counts as one client by its address: an IPv4 address, or the /64 of an IPv6 one, which is what one household or
 * phone is given. Anything else counts as it is written.
 */
export function network(address: string): string {
  const bare = address
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .toLowerCase();
  const mapped = /^(?:::ffff:|0:0:0:0:0:ffff:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  const groups = bare.includes(":") ? groupsOf(bare) : undefined;
  if (groups === undefined) return bare;
  const [a, b, c, d, e, f, g = 0, h = 0] = groups;
  // ::ffff:0:0/96 in hexadecimal: an IPv4 address again.
  if ([a, b, c, d, e].every((group) => group === 0) && f === 0xffff) {
    return [g >> 8, g & 255, h >> 8, h & 255].join(".");
  }
  return `${[a, b, c, d].map((group) => (group ?? 0).toString(16)).join(":")}::/64`;
}

/** The eight groups of an IPv6 address; `undefined` if it is none. */
function groupsOf(address: string): number[] | undefined {
  const [head = "", tail, more] = address.split("::");
  if (more !== undefined) return undefined;
  const before = numbers(head);
  const after = tail === undefined ? [] : numbers(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array<number>(missing).fill(0), ...after];
}

function numbers(part: string): number[] | undefined {
  if (part === "") return [];
  const groups = part.split(":");
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}
