import { type Case, cases, casesBeforeOpen } from "../case.js";
import { Desk, proposal } from "../desk.js";
import { same } from "../expect.js";
import { otherWrites, type Write, writes } from "./writes.js";

/** What every step that writes must stand: to come late, twice, to the wrong books, or from two at once. */
export const compareCases: readonly Case[] = [...writes, ...otherWrites].flatMap((write) => [
  ...cases(write.name, {
    "late, it changes nothing": (desk) => refused(desk, write, "late"),
    "for other books, it changes nothing": (desk) => refused(desk, write, "lost"),
    "at the very end of its time, it is taken": async (desk) => {
      const take = await write.prepare(desk);
      same(await take(desk.context({ notAfter: desk.now() })), { moved: true }, "it is not past `notAfter`");
    },
    ...(writes.includes(write)
      ? {
          "twice, it moves once": async (desk: Desk) => {
            const take = await write.prepare(desk);
            same((await take()).moved, true, "the first time it moves");
            const before = await desk.snapshot();
            same((await take()).moved, false, "the second time it does not");
            same(await desk.snapshot(), before, "and changes nothing");
          },
          "from two at once, one moves it": async (desk: Desk) => {
            const take = await write.prepare(desk);
            const both = await Promise.all([take(), take()]);
            same(both.filter(({ moved }) => moved).length, 1, "one of the two");
          },
        }
      : {}),
  }),
]);

async function refused(desk: Desk, write: Write, how: "late" | "lost"): Promise<void> {
  const take = await write.prepare(desk);
  const context = how === "late" ? { notAfter: desk.now() - 1 } : { ledger: `${desk.identity.id}0` };
  const before = await desk.snapshot();
  same(await take(desk.context(context)), { refused: how, moved: false }, "refused");
  same(await desk.snapshot(), before, "nothing that can be read has changed");
  same(await take(), { moved: true }, "it still moves what it would have moved");
}

/** The same for the steps about the books themselves. */
export const compareBooksCases: readonly Case[] = [
  ...cases("books", {
    "a late or lost `rekey` or `lease` changes nothing": async (desk) => {
      for (const wrong of [{ notAfter: desk.now() - 1 }, { ledger: "other-books" }]) {
        const context = desk.context(wrong);
        await desk.answer("rekey", { from: desk.identity.key, to: "new" }, context);
        await desk.answer("lease", { name: "duty", holder: "a", ms: 1000 }, context);
      }
      same(await desk.step("rekey", { from: desk.identity.key, to: "x" }), { moved: true }, "the key text was there");
      same(await desk.step("lease", { name: "duty", holder: "b", ms: 1000 }), { granted: true }, "nobody has the duty");
    },
    "reads are not late, but may be lost": async (desk) => {
      await desk.start("ann-1");
      const late = desk.context({ notAfter: desk.now() - 1 });
      const wrong = desk.context({ ledger: "other-books" });
      const reads = [
        await desk.answer("lookUp", { reservations: ["ann-1"] }, late),
        await desk.answer("find", { claim: { reservation: "ann-1" } }, late),
        await desk.answer("live", {}, late),
      ];
      same(
        reads.map((answer) => "refused" in answer),
        [false, false, false],
        "a read has no use for `notAfter`",
      );
      same(
        [
          await desk.answer("lookUp", { reservations: ["ann-1"] }, wrong),
          await desk.answer("find", { claim: { reservation: "ann-1" } }, wrong),
          await desk.answer("live", {}, wrong),
        ].map((answer) => "refused" in answer && answer.refused),
        ["lost", "lost", "lost"],
        "these are not the books that are meant",
      );
    },
  }),
  ...casesBeforeOpen("books", {
    "a late or lost `recovered` changes nothing": async (opened) => {
      if (!opened.ledger.shared) return;
      const desk = new Desk(opened, await opened.ledger.open(proposal));
      await desk.answer("recovered", {}, desk.context({ notAfter: desk.now() - 1 }));
      await desk.answer("recovered", {}, desk.context({ ledger: "other-books" }));
      same((await desk.reserve("ann-1")).outcome, "recovering", "it is still");
    },
  }),
];
