import { type Case, cases } from "../case.js";
import { type Desk, terms } from "../desk.js";
import { ok, same } from "../expect.js";

const many = 250;

async function startMany(desk: Desk): Promise<string[]> {
  const reservations = Array.from({ length: many }, (_, n) => `user${n}-1`);
  await Promise.all(reservations.map((reservation) => desk.reserve(reservation)));
  return reservations;
}

/** The reads, which change nothing. */
export const readCases: readonly Case[] = cases("reads", {
  "`lookUp` gives what is known, in the order asked for": async (desk) => {
    for (const reservation of ["ann-1", "ben-1", "cid-1"]) await desk.start(reservation);
    await desk.end("ben-1");
    const asked = ["cid-1", "nobody-1", "ben-1", "ann-1"];
    const { records } = await desk.step("lookUp", { reservations: asked });
    same(
      records.map(({ reservation, state }) => [reservation, state]),
      [
        ["cid-1", "running"],
        ["ben-1", "ended"],
        ["ann-1", "running"],
      ],
      "ended ones included",
    );
    same(await desk.step("lookUp", { reservations: [] }), { records: [] }, "asked for nothing");
  },
  "`live` gives all that have not ended": async (desk) => {
    await desk.reserved("ann-1");
    await desk.reserved("ben-1");
    await desk.step("doubt", { reservation: "ben-1", holdMs: 0 });
    await desk.start("cid-1");
    await desk.start("dot-1");
    await desk.stop("dot-1");
    await desk.start("eve-1");
    await desk.end("eve-1");
    const records = await desk.live();
    same(
      records.map(({ reservation, state }) => [reservation, state]),
      [
        ["ann-1", "reserved"],
        ["ben-1", "unknown"],
        ["cid-1", "running"],
        ["dot-1", "stopping"],
      ],
      "by state",
    );
    const reservations = records.map(({ reservation }) => reservation);
    same(await desk.step("lookUp", { reservations }), { records }, "the same records as everywhere");
  },
  "`live` comes to an end, and misses nobody, page by page": async (desk) => {
    const reservations = await startMany(desk);
    same((await desk.live()).map(({ reservation }) => reservation).sort(), reservations.sort(), "all of them");
  },
  "`live` misses nobody while others move, come and go": async (desk) => {
    const stay = (await startMany(desk)).filter((_, n) => n % 2 === 0);
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page === 0 || cursor !== undefined; page++) {
      const answer = await desk.step("live", { cursor });
      for (const { reservation } of answer.records) seen.add(reservation);
      cursor = answer.cursor;
      await desk.end(`user${page * 2 + 1}-1`, { reason: "not-started" });
      await desk.step("commit", {
        reservation: `user${page * 2}-1`,
        conversation: `c${page}`,
        token: `t${page}`,
        payload: "",
        maxSeconds: 600,
      });
      await desk.reserve(`more${page}-1`);
      ok(page < many * 2, "it never ends");
    }
    same(
      stay.filter((reservation) => !seen.has(reservation)),
      [],
      "those that were there all the time",
    );
  },
  "all that is due comes, however much it is": async (desk) => {
    const reservations = await startMany(desk);
    await desk.advance(terms.settleMs);
    const handed: string[] = [];
    for (let turn = 0; turn < 10; turn++) handed.push(...(await desk.dueNow(30)));
    same(handed.sort(), reservations.sort(), "each once");
  },
});
