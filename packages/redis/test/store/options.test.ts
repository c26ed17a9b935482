import { expect, it } from "vitest";
import { redisStore } from "../../src/index.js";

const client = {
  eval: () => Promise.reject(new Error("called at construction")),
  evalsha: () => Promise.reject(new Error("called at construction")),
};

it("redisStore refuses values that are not a client", () => {
  for (const value of [undefined, null, "redis://localhost", {}, { get: () => null }, { eval: () => null }]) {
    // A JavaScript caller can pass anything.
    expect(() => redisStore(value as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  }
});

it("redisStore refuses a prefix that cannot start a key, and unknown options", () => {
  const prefixes = ["", "a{b", "a}b", "a b", "ä", "x".repeat(65), 7, null].map((prefix) => ({ prefix }));
  for (const options of [...prefixes, null, "shop", { keyPrefix: "a" }, { noEviction: false }]) {
    // A JavaScript caller can pass anything.
    expect(() => redisStore(client, options as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  }
  const long = `\n${"x".repeat(5000)}`;
  expect(() => redisStore(client, { [long]: 1 } as never)).toThrow(`unknown option "\\n${"x".repeat(39)}"; use prefix`);
  redisStore(client, { prefix: "Shop.eu-west_1:production", noEviction: undefined });
});

it("redisStore sends nothing before the first operation, and passes failures on", async () => {
  const store = redisStore(client, { prefix: undefined });
  expect(store.shared).toBe(true);
  await expect(store.open({ nonce: "nonce123", key: "key", format: 1 })).rejects.toThrow("called at construction");
});

it("redisStore reads an answer in bytes", async () => {
  const answer = new TextEncoder().encode('{"now":1,"policy":"noeviction","id":"a-b","key":"k","format":1}');
  const store = redisStore({ eval: async () => answer, evalsha: async () => answer });
  expect(await store.open({ nonce: "nonce123", key: "key", format: 1 })).toEqual({
    ...{ id: "a-b", key: "k", format: 1, now: 1 },
  });
});
