import { ConversationBroker } from "@equos-broker/core";
import { describe, expect, it } from "vitest";
import { redisLedger } from "../src/index.js";

const client = {
  eval: () => Promise.reject(new Error("asked at construction")),
  evalsha: () => Promise.reject(new Error("asked at construction")),
};

describe("redisLedger", () => {
  it("says what it takes, when it is given something else for a client", () => {
    const wrong = [undefined, null, "redis://localhost", {}, { get: () => null }, { eval: () => null }, () => null];
    for (const given of wrong) {
      // What a caller without types may pass.
      expect(() => redisLedger(given as never)).toThrow(
        expect.objectContaining({
          code: "invalid-option",
          message: expect.stringMatching(/createClient.*createCluster.*ioredis.*@upstash\/redis/),
        }),
      );
    }
  });

  it("refuses a prefix that no key can begin with", () => {
    for (const prefix of ["", "a{b", "a}b", "a b", "ä", "x".repeat(65), 7, null]) {
      expect(() => redisLedger(client, { prefix: prefix as never })).toThrow(
        expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("prefix must be") }),
      );
    }
    redisLedger(client, { prefix: "x".repeat(64) });
    redisLedger(client, { prefix: "Shop.eu-west_1:production" });
  });

  it("refuses options that there are not", () => {
    for (const options of [null, "shop", { prefixes: "a" }, { clock: 1 }, { clock: {} }]) {
      expect(() => redisLedger(client, options as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    }
  });

  it("asks nothing of Redis before it is used, and passes failures on", async () => {
    const ledger = redisLedger(client, { prefix: undefined, clock: undefined });
    expect(ledger.shared).toBe(true);
    await expect(ledger.open({ nonce: "nonce123", key: "key" })).rejects.toThrow("asked at construction");
  });

  it("is not opened without a secret, which is missed at first use: a build has none", async () => {
    const broker = new ConversationBroker({
      apiKey: "sk_unused",
      characters: { guide: "cha_1" },
      deployment: "shop",
      secret: undefined,
      ledger: redisLedger(client),
      logger: { warn: () => undefined, error: () => undefined },
    });
    const start = broker.start({ consumer: { identity: "ada", name: "Ada" } });
    // Redis was not asked, or it would be its error.
    await expect(start).rejects.toMatchObject({ code: "secret-missing", status: 500 });
    await broker.close();
  });

  it("takes an answer in bytes, and nothing that is no text", async () => {
    const answer = JSON.stringify({ now: 1, result: { policy: "noeviction", id: "a-b", key: "k" } });
    const answering = (given: unknown) => ({ eval: async () => given, evalsha: async () => given });
    const proposal = { nonce: "nonce123", key: "key" };
    const bytes = redisLedger(answering(new TextEncoder().encode(answer)));
    expect(await bytes.open(proposal)).toEqual({ id: "a-b", key: "k", now: 1 });
    await expect(redisLedger(answering(7)).open(proposal)).rejects.toThrow(TypeError);
  });
});
