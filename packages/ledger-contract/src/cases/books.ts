import type { Ledger } from "@equos-broker/core";
import { type Case, cases, casesBeforeOpen } from "../case.js";
import type { OpenedLedger } from "../contract.js";
import { commitRequest, Desk, proposal, reserveRequest } from "../desk.js";
import { has, ok, same } from "../expect.js";

async function reserveOn({ ledger, clock }: OpenedLedger, reservation: string, seen: number) {
  const { id } = await ledger.open(proposal);
  const answer = await ledger.step("reserve", reserveRequest(reservation), {
    ledger: id,
    notAfter: clock.now() + 1000,
    seen,
  });
  ok("result" in answer, "the step should be taken");
  return { outcome: answer.result.outcome, sequence: answer.sequence };
}

/** A ledger that never counts (it cannot lose its latest writes only) has nothing to prove. */
const counts = (ledger: Ledger, sequence: number): boolean => ledger.shared && sequence > 0;

/** The books as a whole: identity, loss, recovery, key text, duties. */
export const booksCases: readonly Case[] = [
  ...casesBeforeOpen("books", {
    "opened twice, they are the same": async ({ ledger, clock }) => {
      const first = await ledger.open({ nonce: "aaaaaaaa", key: "first" });
      same(first.id, `${clock.now().toString(36)}-aaaaaaaa`, "the id is the time in base 36, and the nonce");
      has(first, { key: "first", now: clock.now() }, "the key text is the one proposed, the time the ledger's");
      await clock.advance(5);
      const second = await ledger.open({ nonce: "bbbbbbbb", key: "second" });
      has(second, { id: first.id, key: "first", now: clock.now() }, "the second proposal is of no use");
    },
    "opened by many at once, they are the same for all": async ({ ledger, others = [] }) => {
      const handles = [ledger, ...others, ledger, ledger];
      const all = await Promise.all(handles.map((handle, n) => handle.open({ nonce: `nonce00${n}`, key: `key ${n}` })));
      same(new Set(all.map(({ id }) => id)).size, 1, "one id for all");
      same(new Set(all.map(({ key }) => key)).size, 1, "one key text for all");
      same(all[0]?.id.endsWith(`nonce00${all[0].key.at(-1)}`), true, "id and key text are of the same proposal");
    },
    "new ones of a shared ledger are recovering, until `recovered`": async (opened) => {
      if (!opened.ledger.shared) {
        same((await reserveOn(opened, "ann-1", 0)).outcome, "reserved", "other processes wrote nothing into these");
        return;
      }
      const desk = new Desk(opened, await opened.ledger.open(proposal));
      same(await desk.reserve("ann-1"), { outcome: "recovering" }, "no starts before `recovered`");
      same(await desk.peek("ann-1"), undefined, "nothing is written");
      same((await desk.due()).recovering, true, "`due` tells it");
      same((await desk.reserve("ann-1")).outcome, "recovering", "a second opening changes nothing");
      same(await desk.step("recovered", {}), null, "`recovered` has nothing to say");
      same((await desk.reserve("ann-1")).outcome, "reserved", "starts are taken");
      same((await desk.due()).recovering, false, "`due` tells it");
      await opened.ledger.open(proposal);
      same((await desk.reserve("ben-1")).outcome, "reserved", "opening known books is no recovery");
    },
    "a shared ledger that counts, and has lost its latest pages, is recovering": async (opened) => {
      const desk = await Desk.at(opened);
      await desk.reserved("cid-1");
      const { sequence } = await reserveOn(opened, "cid-1", 0);
      if (!counts(opened.ledger, sequence)) return;
      const seen = sequence + 100;
      same((await reserveOn(opened, "cid-1", seen)).outcome, "reserved", "a reservation that is there stays");
      same((await reserveOn(opened, "ann-1", seen)).outcome, "recovering", "pages are missing");
      same((await reserveOn(opened, "ann-1", 0)).outcome, "recovering", "for everybody, whatever they have seen");
      await desk.step("recovered", {});
      same((await reserveOn(opened, "ann-1", seen)).outcome, "reserved", "recovered for those who saw more, too");
    },
  }),
  ...cases("books", {
    "`sequence` rises with each step that writes, if it is counted": async (desk) => {
      const before = await desk.answer("reserve", reserveRequest("ann-1"));
      const after = await desk.answer("commit", commitRequest("ann-1"));
      ok("sequence" in before && "sequence" in after, "both should be taken");
      if (counts(desk.ledger, before.sequence)) ok(after.sequence > before.sequence, "it rises with a write");
      else same([before.sequence, after.sequence], [0, 0], "a ledger that does not count answers 0");
    },
    "every answer tells the ledger's time": async (desk) => {
      await desk.advance(1234);
      const taken = await desk.answer("reserve", reserveRequest("ann-1"));
      const late = await desk.answer("reserve", reserveRequest("ann-1"), desk.context({ notAfter: desk.now() - 1 }));
      const lost = await desk.answer("reserve", reserveRequest("ann-1"), desk.context({ ledger: "other-books" }));
      same([taken.now, late.now, lost.now], [desk.now(), desk.now(), desk.now()], "now");
    },
    "`rekey` compares before it sets": async (desk) => {
      const { key, id } = desk.identity;
      same(await desk.step("rekey", { from: "another", to: "x" }), { moved: false }, "not the text that is there");
      same(await desk.step("rekey", { from: key, to: "new" }), { moved: true }, "the text that is there");
      same(await desk.step("rekey", { from: key, to: "x" }), { moved: false }, "it is not there any more");
      has(await desk.ledger.open(proposal), { id, key: "new" }, "the same books, the new text");
    },
    "`rekey` by many at once is done by one": async (desk) => {
      const { key } = desk.identity;
      const all = await Promise.all([1, 2, 3].map((n) => desk.step("rekey", { from: key, to: `key ${n}` })));
      same(all.filter(({ moved }) => moved).length, 1, "one of them");
    },
    "a duty is one holder's for so long": async (desk) => {
      const take = async (name: string, holder: string) =>
        (await desk.step("lease", { name, holder, ms: 10_000 })).granted;
      same(await take("reconcile", "a"), true, "nobody had it");
      same(await take("reconcile", "b"), false, "a has it");
      same(await take("scan", "b"), true, "another duty");
      await desk.advance(9000);
      same(await take("reconcile", "a"), true, "the holder renews it");
      await desk.advance(9999);
      same(await take("reconcile", "b"), false, "renewed from then on, and a refusal changes nothing");
      await desk.advance(2);
      same(await take("reconcile", "b"), true, "its time is over");
      same(await take("reconcile", "a"), false, "b has it");
    },
    "a duty that many want at once is granted to one": async (desk) => {
      const all = await Promise.all(
        [1, 2, 3, 4, 5].map((n) => desk.step("lease", { name: "reconcile", holder: `server ${n}`, ms: 10_000 })),
      );
      same(all.filter(({ granted }) => granted).length, 1, "one of them");
    },
  }),
];
