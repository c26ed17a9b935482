import type { LedgerClaim } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { conversationOf, type Desk, tokenOf } from "../desk.js";
import { has, ok, same } from "../expect.js";

const none = { claim: "none" };
const find = (desk: Desk, claim: LedgerClaim) => desk.step("find", { claim });
const two = (fingerprint: string) => ({ active: 9, fingerprint });

/** Which conversation a caller may mean, and what foreign ones come to. */
export const claimCases: readonly Case[] = cases("claims", {
  "all ways to name a record name it in any state": async (desk) => {
    await desk.start("ann-1");
    const claims: LedgerClaim[] = [
      { reservation: "ann-1" },
      { token: tokenOf("ann-1") },
      { token: tokenOf("ann-1"), conversation: conversationOf("ann-1") },
      { consumer: "ann", conversation: conversationOf("ann-1") },
    ];
    const all = async (state: string) => {
      const record = await desk.record("ann-1");
      same(record.state, state, "the state");
      for (const claim of claims) {
        same(await find(desk, claim), { claim: "found", moved: false, record }, `${state}, by ${Object.keys(claim)}`);
      }
    };
    await all("running");
    await desk.stop("ann-1");
    await all("stopping");
    await desk.end("ann-1");
    await all("ended");
    await desk.step("announced", { reservation: "ann-1" });
    await all("ended");
  },
  "foreign ones are none, like unknown ones": async (desk) => {
    await desk.start("ann-1");
    await desk.start("ben-1");
    const claims: LedgerClaim[] = [
      { reservation: "cid-1" },
      { token: "forged" },
      { token: "" },
      { consumer: "cid" },
      { consumer: "ben", conversation: conversationOf("ann-1") },
      { consumer: "ben", conversation: "unknown" },
      { token: tokenOf("ben-1"), conversation: conversationOf("ann-1") },
      { token: tokenOf("ben-1"), conversation: "unknown" },
      { token: "forged", conversation: conversationOf("ann-1") },
    ];
    const before = await desk.snapshot();
    for (const claim of claims) {
      const by = `by ${JSON.stringify(claim)}`;
      same(await find(desk, claim), none, `find ${by}`);
      same(await desk.step("stop", { claim, reason: "owner" }), none, `stop ${by}`);
      same(await desk.step("leave", { claim, graceMs: 0 }), none, `leave ${by}`);
      same(await desk.step("keep", { claim, keepMs: 0 }), none, `keep ${by}`);
    }
    same(await desk.snapshot(), before, "nothing has changed");
  },
  "every right claim stops": async (desk) => {
    const claims: Record<string, LedgerClaim> = {
      "ann-1": { reservation: "ann-1" },
      "ben-1": { token: tokenOf("ben-1") },
      "cid-1": { token: tokenOf("cid-1"), conversation: conversationOf("cid-1") },
      "dot-1": { consumer: "dot", conversation: conversationOf("dot-1") },
      "eve-1": { consumer: "eve" },
    };
    for (const [reservation, claim] of Object.entries(claims)) {
      await desk.start(reservation);
      has(await desk.step("stop", { claim, reason: "owner" }), { claim: "found", moved: true }, reservation);
      has(await desk.record(reservation), { state: "stopping" }, reservation);
    }
  },
  "a found one is named by its conversation": async (desk) => {
    await desk.reserved("ann-1");
    await desk.step("found", { reservation: "ann-1", conversation: "late one", reason: "late-answer" });
    has(await find(desk, { consumer: "ann", conversation: "late one" }), { claim: "found" }, "its owner's");
    same(await find(desk, { consumer: "ben", conversation: "late one" }), none, "nobody else's");
  },
  "a consumer alone means its only conversation": async (desk) => {
    const mine = () => find(desk, { consumer: "ann" });
    same(await mine(), none, "none at all");
    await desk.start("ann-1");
    has(await mine(), { record: await desk.record("ann-1") }, "running");
    await desk.stop("ann-1");
    has(await mine(), { record: await desk.record("ann-1") }, "stopping");
    await desk.start("ann-2", two("b"));
    has(await mine(), { record: await desk.record("ann-2") }, "running before stopping");
    await desk.stop("ann-2");
    same(await mine(), { claim: "several" }, "two stopping ones");
    await desk.end("ann-1");
    has(await mine(), { record: await desk.record("ann-2") }, "one stopping one");
    await desk.end("ann-2");
    same(await mine(), none, "ended ones are not meant");
    await desk.reserved("ann-3");
    await desk.step("doubt", { reservation: "ann-3", holdMs: 60_000 });
    same(await mine(), none, "nor unknown ones");
  },
  "a consumer alone with several conversations means none of them": async (desk) => {
    await desk.start("ann-1", two("a"));
    await desk.start("ann-2", two("b"));
    const claim = { consumer: "ann" };
    const before = await desk.snapshot();
    same(await find(desk, claim), { claim: "several" }, "find");
    same(await desk.step("stop", { claim, reason: "owner" }), { claim: "several" }, "stop");
    same(await desk.step("leave", { claim, graceMs: 0 }), { claim: "several" }, "leave");
    same(await desk.step("keep", { claim, keepMs: 1 }), { claim: "several" }, "keep");
    same(await desk.snapshot(), before, "nothing has changed");
    await desk.stop("ann-1");
    await desk.reserved("ann-3", two("c"));
    same(await find(desk, claim), { claim: "several" }, "one of them in flight");
  },
  "a consumer alone whose start is in flight is told the number to come": async (desk) => {
    await desk.start("ann-1");
    const { delivery: former } = await desk.resumed("ann-2");
    await desk.reserved("ann-3", { fresh: true });
    const claim = { consumer: "ann" };
    const before = await desk.snapshot();
    const inFlight = await find(desk, claim);
    has(inFlight, { claim: "in-flight", reservation: "ann-3" }, "find");
    const delivery = "delivery" in inFlight ? inFlight.delivery : 0;
    ok(delivery > former, "a number that none before it had");
    same(await desk.step("stop", { claim, reason: "owner" }), inFlight, "stop");
    same(await desk.step("leave", { claim, graceMs: 0 }), inFlight, "leave");
    same(await desk.snapshot(), before, "nothing has changed");
    same((await desk.committed("ann-3")).deliveries, delivery, "the number it has");
  },
});
