import { manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { conversationsOf } from "../../src/upstream/scan.js";
import { upstreamWith } from "./support.js";

type List = (query: { take: number; skip: number }) => { total: number; conversations: readonly unknown[] };

const conversation = (number: number) => ({ id: `con_${number}`, status: "ended" });
const many = Array.from({ length: 10_000 }, (_, number) => conversation(number));

function listing(list: List) {
  const clock = manualClock();
  const skips: number[] = [];
  const call = async () => null;
  const conversations = {
    startConversation: call,
    stopConversation: call,
    getConversationById: call,
    listConversations: async (query: { take: number; skip: number }) => {
      skips.push(query.skip);
      return list(query);
    },
  };
  const upstream = upstreamWith({ equos: { conversations } }, clock);
  const found = new Set<string>();
  const scan = async () => {
    let done = false;
    const readAll = async (): Promise<{ complete: boolean; error?: unknown }> => {
      try {
        for await (const page of conversationsOf(upstream, "shop")) for (const { id } of page) found.add(id);
        return { complete: true };
      } catch (error) {
        return { complete: false, error };
      }
    };
    const scanned = readAll().finally(() => {
      done = true;
    });
    while (!done) await clock.advance(1_000);
    return await scanned;
  };
  return { clock, upstream, skips, found, scan };
}

describe("a scan of a segment", () => {
  it("finds 10,000 conversations although every tenth page fails three times", async () => {
    const failures = new Map<number, number>();
    const { clock, scan, found, skips } = listing(({ skip, take }) => {
      const failed = failures.get(skip) ?? 0;
      failures.set(skip, failed + 1);
      if (skip % 500 === 0 && failed < 3) throw new Error("reset");
      return { total: many.length, conversations: many.slice(skip, skip + take) };
    });
    const begunAt = clock.now();
    expect(await scan()).toEqual({ complete: true });
    expect(found.size).toBe(10_000);
    expect(skips.length).toBeLessThanOrEqual(420);
    // 20 pages fail, and each is retried after 1, 2, and 4 s.
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(20 * 7_000);
  });

  it("reads pages from both ends first", async () => {
    const { upstream, skips } = listing(({ skip, take }) => ({
      total: 300,
      conversations: many.slice(skip, skip + take),
    }));
    for await (const page of conversationsOf(upstream, "shop")) if (page[0]?.id === "con_250") break;
    expect(skips).toEqual([0, 250]);
  });

  it.each([
    ["first", (listed: unknown[], fresh: unknown) => void listed.unshift(fresh)],
    ["last", (listed: unknown[], fresh: unknown) => void listed.push(fresh)],
  ])("misses none while new conversations are listed %s", async (_, insert) => {
    const existing: unknown[] = many.slice(0, 1_000);
    let fresh = 20_000;
    const { scan, found } = listing(({ skip, take }) => {
      const page = { total: existing.length, conversations: existing.slice(skip, skip + take) };
      insert(existing, conversation(fresh++));
      return page;
    });
    expect(await scan()).toEqual({ complete: true });
    expect(many.slice(0, 1_000).filter(({ id }) => !found.has(id))).toEqual([]);
  });

  it("is incomplete when a page fails four times", async () => {
    const { scan, skips } = listing(({ skip, take }) => {
      if (skip === 100) throw new Error("reset");
      return { total: 200, conversations: many.slice(skip, skip + take) };
    });
    expect(await scan()).toMatchObject({ complete: false, error: { code: "upstream-disconnected" } });
    expect(skips.filter((skip) => skip === 100)).toHaveLength(4);
  });

  it("ends after twice the expected pages and 20, with a hint", async () => {
    // One entry per page, and a total that grows.
    const { scan, skips } = listing(({ skip }) => ({
      total: skip === 0 ? 10 : 1_000_000,
      conversations: [conversation(skip)],
    }));
    expect(await scan()).toMatchObject({
      complete: false,
      error: { code: "upstream-error", message: expect.stringContaining("within 40 requests") },
    });
    expect(skips).toHaveLength(40);
  });

  it("ends after 4,000 requests, whatever the total", async () => {
    const { scan, skips } = listing(({ skip, take }) => ({
      total: 100_000_000,
      conversations: Array.from({ length: take }, (_, index) => conversation(skip + index)),
    }));
    expect(await scan()).toMatchObject({ complete: false, error: { code: "upstream-error" } });
    expect(skips).toHaveLength(4_000);
  });

  it("reads on where a page has fewer entries than requested", async () => {
    const { scan, found } = listing(({ skip }) => ({
      total: 100,
      conversations: many.slice(skip, Math.min(skip + 20, 100)),
    }));
    expect(await scan()).toEqual({ complete: true });
    expect(found.size).toBe(100);
  });
});
