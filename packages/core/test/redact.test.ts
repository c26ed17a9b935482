import fc from "fast-check";
import { expect, it } from "vitest";
import { redact, textsIn } from "../src/redact.js";

const key = "sk_live_0123456789abcdef";

it("masks a secret however it is spelt", () => {
  const prompt = 'She said "no"\nand left 100%';
  const text = `${prompt} | ${JSON.stringify(prompt)} | ${encodeURIComponent(prompt)} | ${key}`;
  expect(redact(text, [prompt, key])).toBe('[redacted] | "[redacted]" | [redacted] | [redacted]');
});

const unicode = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const wellFormed = (text: string) => text.replace(/\p{Cs}/gu, "\uFFFD");
const url = (text: string) => encodeURIComponent(wellFormed(text));
const html: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** How programs write a text in another one, character by character. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  json,
  "JSON in JSON": (text) => json(json(text)),
  "JSON with escaped slashes": (text) => json(text).replaceAll("/", "\\/"),
  "JSON in ASCII": (text) => json(text).replace(/[^ -~]/g, unicode),
  "JSON, every character escaped": (text) => text.replace(/[\s\S]/g, unicode),
  "JSON for a script": (text) => json(text).replace(/[<>&']/g, (char) => unicode(char).replace("c", "C")),
  url,
  "lower-case URL": (text) => url(text).replace(/%../g, (byte) => byte.toLowerCase()),
  "URL, every byte escaped": (text) => Buffer.from(wellFormed(text)).toString("hex").replace(/../g, "%$&"),
  form: (text) => String(new URLSearchParams({ q: text })).slice(2),
  html: (text) => text.replace(/[&<>"']/g, (char) => html[char] ?? char),
  "HTML, decimal": (text) => wellFormed(text).replace(/\W/gu, (char) => `&#${char.codePointAt(0)};`),
  "HTML, padded": (text) => wellFormed(text).replace(/\W/gu, (char) => `&#0000${char.codePointAt(0)};`),
  "a script, with braces": (text) =>
    json(wellFormed(text)).replace(/[^\w\\]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`),
  "HTML, hexadecimal": (text) => wellFormed(text).replace(/\W/gu, (char) => `&#x${char.codePointAt(0)?.toString(16)};`),
};
/** What stands around a text, such as in the error of a gateway. */
const surroundings = ['{"text":"|"}', "q=|&r=1", "<b>|</b>", "(|)"];

it("masks a secret in any chain of encodings, and nothing around it", () => {
  const secret = fc.oneof(
    fc.string({ minLength: 4, maxLength: 30 }),
    fc.string({ unit: "binary", minLength: 4, maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(...'\\%u0041&;#x2F/+ "<n\n'), minLength: 4, maxLength: 30 }),
    fc.constant(`Ünï "cödé" <b>&amp; 'x'</b> C:\\new/100%41 a+b 😀\n${key}`),
  );
  const step = fc.tuple(fc.constantFrom(...surroundings), fc.constantFrom(...Object.values(encodings)));
  fc.assert(
    fc.property(secret, fc.array(step, { maxLength: 5 }), (middle, chain) => {
      const whole = `A${middle}Z`;
      let [before, text, after] = ["", whole, ""];
      for (const [around, encode] of chain) {
        const [left, right] = around.split("|");
        [before, text, after] = [`${left}${encode(before)}`, encode(text), `${encode(after)}${right}`];
      }
      fc.pre(before.length + text.length + after.length <= 8192);
      expect(redact(before + text + after, [whole])).toBe(redact(`${before}[redacted]${after}`, []));
    }),
    { numRuns: 300 },
  );
});

it.each(Object.entries(encodings))("masks what looks like an API key, in the encoding %s", (_, encode) => {
  expect(redact(`{"key":"${encode(encode(key))}"}`, [])).toBe('{"key":"[redacted]"}');
});

it("takes the beginning of an encoded secret at a cut", () => {
  const secret = 'Kq<é"/7';
  // What is masked before it makes room for the end to be shown.
  const jwt = `eyJ${"p".repeat(4_000)}.${"p".repeat(4_000)}`;
  for (const encode of Object.values(encodings)) {
    const encoded = encode(secret);
    for (let left = 1; left < encoded.length; left += 1) {
      const text = `${jwt} ${"-".repeat(8192 - 8005 - left)}${encoded} and more`;
      // What is left of an escape that the cut has divided shows no character.
      expect(redact(text, [secret])).toMatch(/-(\[redacted\]|\\u?[\da-f]{0,3}|%[\da-f]?|&#?x?\d*)$/);
    }
  }
});

it("masks every JWT, one line, no control characters, at most 300 characters", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
  expect(redact(`token ${jwt}\r\nx-api-key:\u0000 a\u2028b`, [])).toBe("token [redacted] x-api-key: a b");
  expect(redact("word ".repeat(1000), [])).toHaveLength(301);
});

it("leaves ordinary words alone when a value is as short as a letter", () => {
  expect(redact("Ada is not allowed to add a", ["a"])).toBe("Ada is not allowed to add [redacted]");
});

it("takes the beginning of a secret at the end of a text that is too long to be read", () => {
  // What was masked before it makes room for the end to be shown.
  const prompt = "p".repeat(4_000);
  const text = `${prompt} ${prompt} ${"-".repeat(8192 - 8002 - 9)}${key} and more`;
  expect(redact(text, [prompt, key])).not.toContain("sk_live");
});

it("masks what looks like an API key, whoever's it is", () => {
  expect(redact("API key sk_live_verysecret is not active", [])).toBe("API key [redacted] is not active");
});

it.each([
  ["in JSON", String.raw`{"said":"the key is\nsk_live_verysecret"}`],
  ["in JSON, by number", String.raw`"\u000ask_live_verysecret"`],
  ["in a URL", "https://api.example/?key%3Dsk_live_verysecret&a=1"],
])("masks what looks like an API key, where an escaped character stands before it, %s", (_, text) => {
  expect(redact(text, [])).not.toContain("verysecret");
});

it("leaves words alone that only end like the beginning of a key", () => {
  expect(redact("the task_management of risk_assessment", [])).toBe("the task_management of risk_assessment");
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
    {
      numRuns: 500,
      examples: [
        [
          ["+ !!", "!  !"],
          ["", "", "0"],
        ],
      ],
    },
  );
});

it.each([
  ["one letter", "a"],
  ["the beginning of a JWT", "eyJ"],
  ["the beginning of a key", "sk_"],
])("takes no longer for a thousand times as much of %s", (_, part) => {
  const measure = (text: string) => {
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) redact(text, [`${"a".repeat(999)}b`, key, "ab"]);
    return performance.now() - start;
  };
  const once = measure(part.repeat(8192));
  // Only the first 8 KB are read, so a longer text costs the same, noise aside.
  expect(measure(part.repeat(8_192_000))).toBeLessThan(once * 10 + 50);
});
