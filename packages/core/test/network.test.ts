import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { network } from "../src/network.js";

describe("the network of an address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.7:50001", "192.0.2.7"],
    ["192.000.002.007", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7:50001", "192.0.2.7"],
    ["[::FFFF:c000:207]:443", "192.0.2.7"],
    ["64:ff9b::192.0.2.7", "192.0.2.7"],
    ["2001:DB8:1:2::1", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"],
    ["[2001:db8::1]:443", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["[fe80::1%25eth0]:443", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s is %s", (address, expected) => {
    expect(network(address)).toBe(expected);
  });

  it.each([
    ...["", "unknown", "localhost", "1::2::3", "256.0.2.7", "192.0.2", "0x7f.1", "3221225991", "192.0.2.7.9"],
    ...["192.0.2.7, 10.0.0.1", "192.0.2.7:port", "[192.0.2.7", "1192.0.2.7", "g::1", ":50001", "[]:443", "a@[::1]"],
    ...[undefined, null, 7, {}, "1".repeat(5000)],
  ])("%o is no address and shares one bucket", (text) => {
    expect(network(text)).toBe(network("unknown"));
  });

  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  const port = fc.option(fc.nat(65_535), { nil: undefined });
  const zone = fc.constantFrom("", "%eth0", "%25en0", "%1");
  const spaces = fc.constantFrom("", " ", "\t");
  /** Brackets, zone, port, and whitespace around an IPv6 address. */
  const dressed = (text: string, at: number | undefined, zoned: string, space: string) =>
    `${space}${at === undefined ? text + zoned : `[${text}${zoned}]:${at}`}${space}`;

  it("is the same for every spelling of an IPv4 address", () => {
    fc.assert(
      fc.property(octets, port, zone, spaces, fc.boolean(), (bytes, at, zoned, space, isUpper) => {
        const dotted = bytes.join(".");
        const [high, low] = [0, 2].map((start) => (((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0)).toString(16));
        const forms = [
          `::ffff:${dotted}`,
          `::ffff:${high}:${low}`,
          `0:0:0:0:0:ffff:${high}:${low}`,
          `0000::ffff:${dotted}`,
        ];
        const texts = forms.map((form) => dressed(isUpper ? form.toUpperCase() : form, at, zoned, space));
        texts.push(space + dotted + (at === undefined ? "" : `:${at}`));
        for (const text of texts) expect(network(text)).toBe(dotted);
      }),
    );
  });

  it("is the same for every spelling of an IPv6 address, and the same only within a /64", () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(
        groups,
        port,
        zone,
        spaces,
        fc.boolean(),
        fc.boolean(),
        (numbers, at, zoned, space, isUpper, isPadded) => {
          // A first group that no prefix of an IPv4 address has.
          const address = [0x2001, ...numbers.slice(1)];
          const texts = address.map((group) => group.toString(16).padStart(isPadded ? 4 : 1, "0"));
          const zeros = address.findIndex((group, index) => group === 0 && index > 0);
          const full = texts.join(":");
          const short = zeros < 0 ? full : `${texts.slice(0, zeros).join(":")}::${texts.slice(zeros + 1).join(":")}`;
          const expected = `${address
            .slice(0, 4)
            .map((group) => group.toString(16))
            .join(":")}::/64`;
          for (const form of [full, short]) {
            expect(network(dressed(isUpper ? form.toUpperCase() : form, at, zoned, space))).toBe(expected);
          }
        },
      ),
    );
  });

  it("of any text is an IPv4 address, a /64, or the shared bucket", () => {
    const nearly = fc.string({ unit: fc.constantFrom(..."0123456789abcf.:[]% xg/@\\") });
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        expect(network(text)).toMatch(/^(unknown|(\d{1,3}\.){3}\d{1,3}|([\da-f]{1,4}:){3}[\da-f]{1,4}::\/64)$/);
      }),
      { numRuns: 2000 },
    );
  });
});
