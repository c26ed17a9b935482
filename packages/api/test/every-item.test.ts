import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyItem, type Page, type PageQuery } from "../src/index.js";
import { clientOf, failureOf, json, serve } from "./support.js";

interface Brains extends Page {
  readonly brains: readonly { readonly id: string }[];
}

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `bra_${index}` }));

/** A list as Equos pages it, of an array that a test may change meanwhile. */
const listOf = (brains: readonly { id: string }[], asked: PageQuery[] = []) => {
  return async (query: PageQuery): Promise<Brains> => {
    asked.push(query);
    const { skip = 0, take = 20 } = query;
    return { skip, take, total: brains.length, brains: brains.slice(skip, skip + take) };
  };
};

async function walked(list: (query: PageQuery) => Promise<Brains>, query?: { take?: number; client?: string }) {
  const ids: string[] = [];
  for await (const { id } of everyItem(list, query)) ids.push(id);
  return ids;
}

describe("every item", () => {
  it.each([0, 1, 49, 50, 51, 99, 100, 137])("of %i, in pages of 50 that overlap by one", async (count) => {
    const asked: PageQuery[] = [];
    const brains = idsOf(count);
    expect(await walked(listOf(brains, asked), { client: "shop" })).toEqual(brains.map(({ id }) => id));
    const pages = Math.max(1, Math.ceil((count - 1) / 49));
    expect(asked).toEqual(Array.from({ length: pages }, (_, page) => ({ take: 50, skip: page * 49, client: "shop" })));
  });

  it("comes over the wire, too", async () => {
    const brains = idsOf(60).map((brain) => ({
      ...brain,
      organizationId: "org",
      instructions: "",
      greetingMessage: "",
    }));
    const dated = brains.map((brain) => ({
      ...brain,
      createdAt: "2026-01-01T00:00:00Z",
      updatedAt: "2026-01-01T00:00:00Z",
    }));
    const server = await serve((response, request) => {
      const query = new URL(request.target ?? "", "http://localhost").searchParams;
      const [skip, take] = [Number(query.get("skip")), Number(query.get("take"))];
      json({ skip, take, total: 60, brains: dated.slice(skip, skip + take) })(response, request);
    });
    const equos = clientOf(server.url, { checkAnswers: true });
    const found: string[] = [];
    for await (const brain of everyItem(equos.brains.listBrains)) found.push(brain.id);
    expect(found).toEqual(brains.map(({ id }) => id));
  });

  it("once, and all that were there from the first page to the last, whatever changes meanwhile", async () => {
    const change = fc.record({
      at: fc.nat(120),
      remove: fc.boolean(),
      place: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(120),
        fc.integer({ min: 1, max: 50 }),
        fc.array(change, { maxLength: 12 }),
        async (count, take, changes) => {
          const brains = idsOf(count);
          const untouched = new Set(brains.map(({ id }) => id));
          const ids: string[] = [];
          for await (const { id } of everyItem(listOf(brains), { take })) {
            ids.push(id);
            for (const { at, remove, place } of changes) {
              if (at !== ids.length) continue;
              const index = Math.floor(place * brains.length);
              if (!remove) brains.splice(index, 0, { id: `new_${ids.length}_${index}` });
              else for (const gone of brains.splice(index, 1)) untouched.delete(gone.id);
            }
          }
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids).toEqual(expect.arrayContaining([...untouched]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("can be deleted while it is walked", async () => {
    const brains = idsOf(130);
    for await (const { id } of everyItem(listOf(brains))) {
      const index = brains.findIndex((brain) => brain.id === id);
      brains.splice(index, 1);
    }
    expect(brains).toEqual([]);
  });

  it.each([
    ["ignores `skip`", async () => ({ skip: 0, take: 50, total: 500, brains: idsOf(50) })],
    ["promises more than it gives", async () => ({ skip: 0, take: 50, total: 500, brains: [] })],
  ])("ends although the server %s", async (_, list: () => Promise<Brains>) => {
    const ids = await walked(list);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("fails with what the list fails with, and on what is no list", async () => {
    const broken = everyItem(() => Promise.reject(new Error("no network")));
    expect(await failureOf(broken.next())).toMatchObject({ message: "no network" });
    const none = everyItem(async () => ({ skip: 0, take: 50, total: 0 }));
    expect(await failureOf(none.next())).toMatchObject({ message: expect.stringContaining("has no array") });
  });
});
