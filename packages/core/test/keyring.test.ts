import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as portable from "../src/sealing/aes.js";
import * as node from "../src/sealing/aes.node.js";
import { createKeyring } from "../src/sealing/keyring.js";

const [one, two] = ["1".repeat(32), "2".repeat(32)];
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

// Test case 16 of the GCM specification (McGrew and Viega): a 256-bit key, additional data, a text of 60 bytes.
const vector = {
  key: bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
  iv: bytes("cafebabefacedbaddecaf888"),
  text: bytes(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  ),
  about: bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
  sealed: bytes(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
  ),
};

describe.each([
  ["Web Crypto", portable],
  ["node:crypto", node],
])("AES-256-GCM with %s", (_, { aesSeal, aesOpen }) => {
  const { key, iv, text, about, sealed } = vector;

  it("is that of the specification", async () => {
    expect(await aesSeal(key, iv, text, about)).toEqual(sealed);
    expect(await aesOpen(key, iv, sealed, about)).toEqual(text);
  });

  it("opens nothing that was changed anywhere", async () => {
    for (let index = 0; index < sealed.length; index += 7) {
      const forged = Uint8Array.from(sealed);
      forged[index] = (forged[index] ?? 0) ^ 1;
      expect(await aesOpen(key, iv, forged, about)).toBeUndefined();
    }
    expect(await aesOpen(key, iv, sealed.subarray(0, 20), about)).toBeUndefined();
    expect(await aesOpen(key, iv, new Uint8Array(), about)).toBeUndefined();
    expect(await aesOpen(key, iv, sealed, bytes("00"))).toBeUndefined();
  });
});

describe("a keyring", () => {
  it("opens what it sealed, for the same place only", async () => {
    const keyring = createKeyring([one]);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.string(),
        fc.string(),
        async (text, at, elsewhere) => {
          const sealed = await keyring.seal(text, at);
          expect(await keyring.open(sealed, at)).toEqual({ text, isCurrent: true });
          if (elsewhere !== at) expect(await keyring.open(sealed, elsewhere)).toBeUndefined();
        },
      ),
      { numRuns: 100 },
    );
  });

  it("seals the same text differently each time, and shows none of it", async () => {
    const keyring = createKeyring([one]);
    const sealed = await Promise.all([keyring.seal("token token", "a"), keyring.seal("token token", "a")]);
    expect(new Set(sealed).size).toBe(2);
    expect(sealed.join()).not.toContain("token");
  });

  it("with a new secret in front opens the old, and says that it is old", async () => {
    const sealed = await createKeyring([one]).seal("text", "a");
    expect(await createKeyring([two, one]).open(sealed, "a")).toEqual({ text: "text", isCurrent: false });
    expect(await createKeyring([two]).open(sealed, "a")).toBeUndefined();
  });

  it.each(["", "s1", "s1.a.b.c", "not sealed at all", '{"a":1}', "s1.________.________________._"])(
    "does not open %j, and does not throw",
    async (sealed) => {
      expect(await createKeyring([one]).open(sealed, "a")).toBeUndefined();
    },
  );
});
