import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encode } from "../src/hmac.js";
import * as portable from "../src/sealing/mac.js";
import * as node from "../src/sealing/mac.node.js";

// A shared store keeps hashes that one runtime has made and another one looks up.

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (bytes: Uint8Array) => Uint8Array.from(bytes);

/** What each runtime does with a key of its own kind. */
const web = async (secret: Uint8Array) => {
  const key = await portable.macKey(bytesOf(secret));
  return {
    mac: (text: string) => portable.mac(key, encode(text)),
    isMac: (text: string, bytes: Uint8Array) => portable.isMac(key, encode(text), bytesOf(bytes)),
  };
};
const native = async (secret: Uint8Array) => {
  const key = node.macKey(bytesOf(secret));
  return {
    mac: (text: string) => node.mac(key, encode(text)),
    isMac: (text: string, bytes: Uint8Array) => node.isMac(key, encode(text), bytesOf(bytes)),
  };
};

describe.each([
  ["Web Crypto", web],
  ["node:crypto", native],
])("HMAC-SHA-256 with %s", (_, withKey) => {
  it.each([
    [new Uint8Array(20).fill(0x0b), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      encode("Jefe"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
  ])("is that of RFC 4231, test cases 1 and 2", async (secret, text, expected) => {
    const { mac } = await withKey(secret);
    expect(hex(await mac(text))).toBe(expected);
  });

  it("recognizes its own bytes, and neither others nor fewer", async () => {
    const { mac, isMac } = await withKey(encode("Jefe"));
    const bytes = await mac("text");
    expect(await isMac("text", bytes)).toBe(true);
    expect(await isMac("texts", bytes)).toBe(false);
    expect(
      await isMac(
        "text",
        bytes.map((byte, index) => (index === 31 ? byte ^ 1 : byte)),
      ),
    ).toBe(false);
    expect(await isMac("text", bytes.subarray(0, 31))).toBe(false);
  });
});

it("is the same on both, for any text and any key", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.string({ unit: "binary", maxLength: 600 }),
      async (secret, text) => {
        const [first, second] = [await web(secret), await native(secret)];
        const bytes = await first.mac(text);
        expect(hex(await second.mac(text))).toBe(hex(bytes));
        expect(await second.isMac(text, bytes)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
