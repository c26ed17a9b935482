import fc from "fast-check";
import { expect, it } from "vitest";
import { redact, textsIn } from "../src/redact.js";

const key = "sk_live_0123456789abcdef";

it("masks a secret however it is spelt", () => {
  const prompt = 'She said "no"\nand left 100%';
  const text = `${prompt} | ${JSON.stringify(prompt)} | ${encodeURIComponent(prompt)} | ${key}`;
  expect(redact(text, [prompt, key])).toBe('[redacted] | "[redacted]" | [redacted] | [redacted]');
});

it("masks every JWT, one line, no control characters, at most 300 characters", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
  expect(redact(`token ${jwt}\r\nx-api-key:\u0000 a\u2028b`, [])).toBe("token [redacted] x-api-key: a b");
  expect(redact("word ".repeat(1000), [])).toHaveLength(301);
});

it("leaves ordinary words alone when a value is as short as a letter", () => {
  expect(redact("Ada is not allowed to add a", ["a"])).toBe("Ada is not allowed to add [redacted]");
});

it("takes the beginning of a secret at the end of a text that was cut", () => {
  expect(redact(`wrong key ${key.slice(0, 9)}`, [key], true)).toBe("wrong key [redacted]");
  expect(redact("wrong key s", [key], true)).toBe("wrong key [redacted]");
});

it("finds every text in a value, however deep", () => {
  expect(textsIn({ a: "1", b: [{ c: "2" }, null, 3], d: { e: { f: "4" } } })).toEqual(["1", "2", "4"]);
});

it("lets no secret through, wherever it stands and however often", () => {
  const secret = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => text.trim().length >= 4);
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 4 }),
      fc.array(fc.string(), { maxLength: 5 }),
      (secrets, noise) => {
        const text = noise.flatMap((part, index) => [part, secrets[index % secrets.length] ?? ""]).join(" ");
        const result = redact(text, secrets);
        // What is left of a secret may only be what the mask itself spells.
        const unmasked = result.replaceAll("[redacted]", "\u0001");
        for (const one of secrets) if (!one.includes("\u0001")) expect(unmasked).not.toContain(one);
      },
    ),
    { numRuns: 500 },
  );
});

it("takes time in proportion to the text", () => {
  const long = "a".repeat(200_000);
  expect(redact(long, [`${"a".repeat(999)}b`, key])).toHaveLength(301);
});
