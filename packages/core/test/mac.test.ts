import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacKey } from "../src/hmac.js";
import * as portable from "../src/sealing/mac.js";
import * as node from "../src/sealing/mac.node.js";

// A shared store keeps hashes that one runtime has made and another one looks up.

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe.each([
  ["Web Crypto", portable],
  ["node:crypto", node],
])("HMAC-SHA-256 with %s", (_, { mac }) => {
  it("is that of RFC 4231, test cases 1 and 2", async () => {
    expect(hex(await mac(await hmacKey(new Uint8Array(20).fill(0x0b)), "Hi There"))).toBe(
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    );
    expect(hex(await mac(await hmacKey("Jefe"), "what do ya want for nothing?"))).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });
});

it("is the same on both, for any text and any key", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.string({ unit: "binary", maxLength: 600 }),
      async (bytes, text) => {
        const key = await hmacKey(bytes);
        expect(hex(node.mac(key, text))).toBe(hex(await portable.mac(key, text)));
      },
    ),
    { numRuns: 300 },
  );
});
