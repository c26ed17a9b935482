import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  COOLDOWN_MS,
  type ConversationStatus,
  type EndReason,
  KEEP_ENDED_MS,
  MAX_ENDED,
} from "../../src/state/state.js";
import {
  FINDABLE,
  GRACE,
  HEARTBEAT,
  inStatus,
  LEASE,
  Life,
  MAX_SECONDS,
  reachable,
  released,
  STATUSES,
  seconds,
  starts,
  T0,
} from "./build.js";

const other = { fingerprint: "b" } as const;
const ENDS_AT = T0 + MAX_SECONDS * 1000;
const orphan = { reason: "orphan" } as const;
/** Another conversation of the consumer, and then `r1` in a status. */
function besideAnother(status: ConversationStatus): Life {
  const life = new Life();
  life.active = 2;
  return inStatus[status](life.start("r0", other)).wait(1_000);
}
const notStarted = () => {
  const life = inStatus.reserved();
  life.withdraw();
  return life;
};

/** Since when starts on the `token` route have to wait. `undefined`: they need not. */
function coolsDownSince(life: Life): number | undefined {
  const outcome = life.fork().reserve("next", { route: "token" });
  return outcome.outcome === "cooldown" ? life.now + outcome.retryAfterMs - COOLDOWN_MS : undefined;
}

/**
 * To which status each call moves `r1` from reserved, running, unknown, stopping, and ended. "–" changes nothing at all; "="
 * changes the record and not its status.
 */
const moves: readonly (readonly [name: string, call: (life: Life) => unknown, to: string])[] = [
  ["commit", (life) => life.commit(), "running – stopping – –"],
  ["withdraw", (life) => life.withdraw(), "ended = ended – –"],
  ["markUnknown", (life) => life.markUnknown(), "unknown – = – –"],
  ["markMissed", (life) => life.markMissed(), "– – = – –"],
  ["requestStop", (life) => life.requestStop(), "– stopping – – –"],
  ["requestReplacements", (life) => life.replace("r1"), "– – – – –"],
  ["markJoined", (life) => life.markJoined(), "– = – – –"],
  ["markEnded", (life) => life.markEnded(), "– ended ended ended –"],
  ["acknowledgeEnd", (life) => life.acknowledgeEnd(), "– – – – ="],
  ["importConversation", (life) => life.import(), "– – – – –"],
  ["importConversation with a reason", (life) => life.import("r1", orphan), "stopping – stopping – –"],
  ["retryLater", (life) => life.retryLater(), "– = = = ="],
  ["pageHide", (life) => life.pageHide(), "– = – – –"],
  ["heartbeat", (life) => life.heartbeat(), "– = – – –"],
  ["undelivered", (life) => life.undelivered(life.state.generation), "– = – – –"],
];

const cells = moves.flatMap(([name, call, to]) =>
  STATUSES.map((from, index) => [name, from, to.split(" ")[index] ?? "", call] as const),
);

describe("transitions", () => {
  it.each(cells)("%s: %s → %s", (name, from, to, call) => {
    const life = besideAnother(from);
    const { state } = life;
    const before = life.record();
    const outcome = call(life);
    if (to === "–") {
      expect(life.change).toBeUndefined();
      return;
    }
    const after = life.record();
    expect(after.status).toBe(to === "=" ? from : to);
    expect(after).not.toEqual(before);
    if (/withdraw|Joined|Ended|acknowledge|retry|import|Stop/.test(name)) {
      expect(outcome).toMatchObject({ record: after, changed: true });
    }
    const { fingerprint, maxSeconds, reservedAt, reservedUntil, reason = after.reason } = before;
    expect(after).toMatchObject({ fingerprint, maxSeconds, reservedAt, reservedUntil });
    expect(after.reason).toBe(reason);
    expect(life.record("r0")).toBe(state.records[0]);
    expect(life.state.generation).toBeGreaterThanOrEqual(state.generation);
    expect(life.change?.start).toBeUndefined();
  });

  const settling = cells.filter(([, , to]) => !["–", "="].includes(to));
  it.each(settling)("%s: %s → %s, repeated: changes nothing", (name, from, _, call) => {
    const life = besideAnother(from);
    call(life);
    const record = life.record();
    life.wait(2_000);
    const again = call(life);
    if (name === "markUnknown") expect(life.record()).toEqual({ ...record, retryAt: life.now });
    else expect(life.change).toBeUndefined();
    if (name !== "requestReplacements") expect(again).not.toMatchObject({ changed: true });
  });

  it.each(moves)("%s of a record that does not exist changes nothing", (name, call) => {
    const life = new Life();
    const outcome = call(life);
    if (/^(commit|import)/.test(name)) expect(life.statuses()).toHaveProperty("r1");
    else {
      expect(life.change).toBeUndefined();
      expect([undefined, { outcome: "not-found" }, { scheduled: false }]).toContainEqual(outcome);
    }
  });
});

describe("commit", () => {
  it("records what Equos answered and hands it out", () => {
    const life = inStatus.reserved().wait(2_000);
    expect(life.commit()).toMatchObject({ outcome: "committed", generation: T0 + 2_000 });
    expect(life.change).toMatchObject({ setAliases: ["c1", "t1"], setSealed: { r1: "payload 1" } });
    expect(life.record()).toMatchObject({
      startedAt: T0 + 2_000,
      endsAt: ENDS_AT + 2_000,
      firstGeneration: T0 + 2_000,
    });
  });

  it("twice gives the same generation, also after a resume", () => {
    const life = inStatus.running().wait(1_000);
    life.resume("r2");
    expect(life.commit()).toMatchObject({ outcome: "committed", generation: T0 });
    expect(life.change).toBeUndefined();
  });

  it.each([
    [300, 300],
    [900, MAX_SECONDS],
  ])("A11: Equos answers with %i s, %i s count", (answered, counted) => {
    const life = inStatus.reserved();
    life.commit("r1", { maxSeconds: answered });
    expect(life.record()).toMatchObject({ maxSeconds: counted, endsAt: T0 + counted * 1000 });
  });

  it.each([
    ["unknown", inStatus.unknown],
    ["missed by two searches", released],
    ["withdrawn", notStarted],
    ["never found", () => neverFound()],
  ])("late, %s: stopping", (_, has) => {
    const life = has();
    life.wait(1_000);
    expect(life.commit()).toMatchObject({ outcome: "late", record: { status: "stopping", conversation: "c1" } });
    expect(life.record()).toMatchObject({ reason: "late-response", busyUntil: life.now + LEASE });
    expect(life.record().announcedAt).toBeUndefined();
    expect(life.change?.setAliases).toEqual(["c1", "t1"]);
    life.wait(5_000).markEnded();
    expect(life.record()).toMatchObject({ status: "ended", reason: "late-response", seconds: 5 });
  });

  it("A10: Equos gives one id twice: the second start is unknown, and is not stopped by that id", () => {
    const life = inStatus.running();
    const first = life.record();
    life.reserve("r2", { ...other, active: 2 });
    expect(life.commit("r2", { conversation: "c1" })).toEqual({ outcome: "duplicate-conversation" });
    expect(life.record("r2")).toMatchObject({ status: "unknown", held: true });
    expect(life.change?.setAliases).toBeUndefined();
    // The search finds the id under the second one's name.
    expect(life.import("r2", { conversation: "c1", ...orphan })).toEqual({ record: first, changed: false });
    expect(life.statuses()).toEqual({ r1: "running", r2: "unknown" });
    life.requestStop({ conversation: "c1" });
    expect(life.statuses()).toEqual({ r1: "stopping", r2: "unknown" });
  });
});

describe("withdraw", () => {
  it("counts a resume that the caller may have been given as undelivered", () => {
    const life = inStatus.running();
    life.resume("r2");
    life.withdraw("r2");
    expect(life.record().recipients).toMatchObject([{ caller: "r1" }]);
    life.withdraw("r1");
    expect(life.record()).toMatchObject({
      status: "running",
      scheduledStop: { at: T0 + GRACE, reason: "undelivered" },
    });
  });

  it("announces nothing and forgets the sealed text", () => {
    const life = notStarted();
    expect(life.record()).toMatchObject({ status: "ended", reason: "not-started", seconds: 0, announcedAt: T0 });
    expect(life.change?.deleteSealed).toEqual(["r1"]);
  });
});

describe("unknown starts", () => {
  it.each([
    // Times of the two searches, after findableAt.
    [-20_000, 0, true],
    [-20_000, -1, false],
    [-10_000, 0, true],
    [-9_999, 0, false],
    [-9_999, 1, true],
    [0, 10_000, true],
    [0, 9_999, false],
    [-5, 9_994, false],
    [-5, 9_995, true],
  ])("missed by searches begun at %i and %i ms: released %s", (first, second, isReleased) => {
    const life = inStatus.unknown();
    const findableAt = T0 + FINDABLE;
    expect(life.at(findableAt + first + 500).markMissed("r1", findableAt + first)).toMatchObject({ changed: false });
    const moved = life.at(findableAt + second + 500).markMissed("r1", findableAt + second);
    expect(moved).toMatchObject({ changed: isReleased });
    expect(life.record()).toMatchObject({ missedAt: findableAt + first, retryAt: life.now + 5_000 });
    expect(life.record().held).toBe(isReleased ? undefined : true);
    // It is still searched for, and released only once.
    expect(life.wait(60_000).markMissed()).toMatchObject({ record: { status: "unknown" }, changed: !isReleased });
    expect(life.wait(60_000).markMissed()).toMatchObject({ changed: false });
  });

  it("A2: a released one leaves its sets and keeps its charges", () => {
    const life = new Life();
    life.reserve("r1", { sets: [{ set: "all", limit: 5 }], quotas: [seconds(700)] });
    life.markUnknown();
    life.at(T0 + FINDABLE).markMissed();
    expect(life.change?.members).toBeUndefined();
    life.wait(10_000).markMissed();
    expect(life.change?.members).toEqual([{ set: "all", id: "r1", until: 0 }]);
    expect(life.state.usage).toMatchObject([{ used: 600 }]);
  });

  it("A4: the late settling of the call wakes the search and keeps what was found out", () => {
    const life = inStatus.unknown();
    life.wait(1_000).markMissed();
    life.wait(1_000).due();
    life.retryLater("r1", 30_000);
    expect(life.wait(1_000).due()).toEqual([]);
    expect(life.markUnknown("r1", life.now)).toMatchObject({ changed: false });
    expect(life.record()).toMatchObject({ findableAt: T0 + 3_000, missedAt: T0 + 1_000, held: true });
    expect(life.due()).toMatchObject([{ kind: "search" }]);
    // A later call cannot postpone it.
    life.markUnknown("r1", T0 + FINDABLE);
    expect(life.record().findableAt).toBe(T0 + 3_000);
  });

  it("a search that finds it ended settles it with Equos' times", () => {
    const life = inStatus.unknown(new Life()).wait(60_000);
    life.markEnded({ conversation: "c1", seconds: 12, endedAt: T0 + 20_000 });
    expect(life.record()).toMatchObject({ status: "ended", conversation: "c1", seconds: 12, endedAt: T0 + 20_000 });
    expect(life.change?.setAliases).toEqual(["c1"]);
  });
});

describe("requestStop", () => {
  it.each([
    ["before the join deadline", 59_999, false, "running"],
    ["at the join deadline", 60_000, false, "stopping"],
    ["joined", 60_000, true, "running"],
  ])("ifUnjoined, %s", (_, after, joined, status) => {
    const life = inStatus.running();
    if (joined) life.markJoined();
    life.wait(after).requestStop({ reservation: "r1", reason: "join-timeout", ifUnjoined: true });
    expect(life.record().status).toBe(status);
  });

  it("the first reason stays", () => {
    const life = inStatus.stopping();
    life.requestStop({ reservation: "r1", reason: "server" });
    life.markEnded({ reason: "upstream" });
    expect(life.record().reason).toBe("owner");
  });

  it("names its target", () => {
    const life = new Life().start("r1", { active: 2 }).start("r2", { ...other, active: 2 });
    const find = (target: object) => life.fork().requestStop(target).outcome;
    expect(find({})).toBe("ambiguous");
    for (const target of [{ reservation: "r2" }, { token: "t2" }, { conversation: "c2" }])
      expect(find(target)).toBe("found");
    expect(find({ token: "t2", conversation: "c2" })).toBe("found");
    expect(find({ token: "t2", conversation: "c1" })).toBe("not-found");
    life.requestStop({ token: "t1" });
    // One runs, and one stops: the consumer means the one that runs.
    expect(life.requestStop({})).toMatchObject({ record: { reservation: "r2" }, changed: true });
    expect(life.requestStop({})).toEqual({ outcome: "ambiguous" });
    life.markEnded();
    expect(life.requestStop({})).toMatchObject({ record: { reservation: "r2" }, changed: false });
  });
});

describe("requestReplacements", () => {
  it("returns all that have to be confirmed, also those that stop already", () => {
    const life = new Life().start("r0", { active: 3 }).start("r1", { ...other, active: 3 });
    life.requestStop({ reservation: "r0" });
    life.reserve("r2", { fingerprint: "c" });
    const all = [
      { reservation: "r0", reason: "owner" },
      { reservation: "r1", reason: "replaced" },
    ];
    expect(life.replace("r2")).toMatchObject(all);
    expect(life.replace("r2")).toMatchObject(all);
    expect(life.change).toBeUndefined();
  });

  it("does not touch one that has ended meanwhile", () => {
    const life = inStatus.running();
    life.reserve("r2", other);
    life.markEnded();
    expect(life.replace("r2")).toEqual([]);
    expect(life.record().reason).toBe("upstream");
  });
});

describe("settling", () => {
  const charged = (more: object = {}) => {
    const shared = seconds(900, { name: "global", key: "global", scope: "shared" });
    return new Life().start("r1", { quotas: [starts(5), seconds(900), shared], ...more }).wait(20_500);
  };
  const used = (life: Life) => life.state.usage.map((window) => window.used);

  it.each([
    ["what the store's clock says", {}, 21],
    ["what Equos says", { seconds: 33 }, 33],
    ["all of it, if Equos says more", { seconds: 700 }, 600],
    ["up to Equos' end time", { endedAt: T0 + 5_000 }, 5],
    ["no end time in the future", { endedAt: T0 + 90_000 }, 21],
  ])("keeps %s", (_, end, kept) => {
    const life = charged();
    life.markEnded(end);
    expect(used(life)).toEqual([1, kept]);
    const give = life.change?.counters ?? [];
    expect(give.map(({ add }) => add)).toEqual(kept === 600 ? [] : [kept - 600]);
    expect(life.record().charges).toBeUndefined();
    life.markEnded(end);
    life.acknowledgeEnd();
    life.retryLater();
    expect(used(life)).toEqual([1, kept]);
    expect(life.change?.counters).toBeUndefined();
  });

  it("gives back what a smaller answer has left", () => {
    const life = new Life();
    life.reserve("r1", { quotas: [seconds(900)] });
    life.commit("r1", { maxSeconds: 100 });
    life.wait(400_000).markEnded();
    expect(used(life)).toEqual([100]);
  });

  it.each([
    ["not started", (life: Life) => life.withdraw(), [0, 0]],
    [
      "never found",
      (life: Life) => life.markUnknown() && life.at(T0 + 599_999).markEnded({ reason: "never-found" }),
      [1, 0],
    ],
  ])("%s: seconds are given back, starts only if none began", (_, end, left) => {
    const life = new Life();
    life.reserve("r1", { quotas: [starts(5), seconds(900)] });
    end(life);
    expect(used(life)).toEqual(left);
  });

  it("changes no later window", () => {
    const life = charged().at(T0 + 600_000);
    life.reserve("r2", { ...other, active: 2, quotas: [starts(5), seconds(900)] });
    life.markEnded({ seconds: 100 });
    expect(used(life)).toEqual([1, 600]);
    expect(life.change?.counters).toBeUndefined();
  });

  it("leaves all sets once", () => {
    const life = charged({ sets: [{ set: "all" }, { set: "ip:x", limit: 3 }] });
    life.requestStop();
    expect(life.change?.members).toBeUndefined();
    life.markEnded();
    expect(life.change?.members).toEqual(["all", "ip:x"].map((set) => ({ set, id: "r1", until: 0 })));
    life.acknowledgeEnd();
    expect(life.change?.members).toBeUndefined();
  });

  it("no usage is negative, and each open charge is in it", () => {
    const check = ({ state }: Life) => {
      for (const { key, used } of state.usage) {
        const charges = state.records.flatMap((record) => record.charges ?? []).filter((charge) => charge.key === key);
        expect(used).toBeGreaterThanOrEqual(charges.reduce((sum, { amount }) => sum + amount, 0));
      }
    };
    fc.assert(fc.property(reachable, check), { numRuns: 300 });
  });
});

describe("the reason of an end", () => {
  it.each([
    ["upstream", -2_001, "upstream"],
    ["upstream", -2_000, "max-duration"],
    ["upstream", 5_000, "max-duration"],
    ["server", 0, "server"],
  ] as const)("%s at %i ms from the end: %s", (reason, offset, expected) => {
    const life = inStatus.running().at(ENDS_AT + 10_000);
    life.markEnded({ reason, endedAt: ENDS_AT + offset });
    expect(life.record()).toMatchObject({ reason: expected, endedAt: ENDS_AT + offset });
  });

  const cooling: readonly EndReason[] = ["owner", "server", "shutdown", "replaced"];
  const others: readonly EndReason[] = [
    "page-closed",
    "undelivered",
    "join-timeout",
    "heartbeat-timeout",
    "token-expired",
    "corrupt-record",
    "orphan",
    "invalid-response",
  ];
  it.each(cooling)("%s: cools down from the request of the stop", (reason) => {
    const life = inStatus.running().wait(5_000);
    life.requestStop({ reservation: "r1", reason });
    life.wait(3_000).markEnded({ reason });
    expect(coolsDownSince(life)).toBe(T0 + 5_000);
    life.at(T0 + 5_000 + COOLDOWN_MS - 1).retryLater();
    expect(coolsDownSince(life)).toBeDefined();
    life.wait(1).retryLater();
    expect(coolsDownSince(life)).toBeUndefined();
  });

  it.each(others)("%s: no cooldown", (reason) => {
    const life = inStatus.running();
    life.requestStop({ reservation: "r1", reason });
    life.markEnded({ reason });
    expect(coolsDownSince(life)).toBeUndefined();
  });

  it("upstream: cools down from Equos' end time; max duration: from the end", () => {
    const ended = inStatus.running().wait(20_000);
    ended.markEnded({ endedAt: T0 + 15_000 });
    expect(coolsDownSince(ended)).toBe(T0 + 15_000);
    const over = inStatus.running().at(ENDS_AT + 2_000);
    over.due();
    expect(coolsDownSince(over)).toBe(ENDS_AT);
  });

  it("an older end does not shorten a cooldown, and imported ones have none", () => {
    const life = inStatus.stopping().wait(2_000).start("r2", { active: 2 }).wait(1_000);
    life.markEnded({ reservation: "r2", endedAt: T0 - 1_000 });
    expect(coolsDownSince(life)).toBe(T0);
    const imported = new Life();
    imported.import();
    imported.requestStop();
    expect(coolsDownSince(imported)).toBeUndefined();
  });
});

describe("ended records", () => {
  const aliases = (id: string) => [`c${id}`, `t${id}`];

  it("forget the sealed text with the announcement, and not before", () => {
    const life = inStatus.ended();
    expect(life.change?.deleteSealed).toBeUndefined();
    expect(life.acknowledgeEnd()).toMatchObject({ record: { announcedAt: T0 }, changed: true });
    expect(life.change?.deleteSealed).toEqual(["r1"]);
  });

  it("are deleted with their aliases 10 minutes after the announcement", () => {
    const life = inStatus.ended().wait(60_000);
    life.acknowledgeEnd();
    life.reserve("r2", other);
    life.at(T0 + 60_000 + KEEP_ENDED_MS - 1).markUnknown("r2");
    expect(life.statuses()).toHaveProperty("r1");
    life.wait(1).markUnknown("r2");
    expect(life.statuses()).not.toHaveProperty("r1");
    expect(life.change?.deleteAliases).toEqual(aliases("1"));
  });

  it("are at most 20, without those that are not announced", () => {
    const life = new Life();
    for (let id = 1; id <= MAX_ENDED + 2; id += 1) {
      life
        .wait(COOLDOWN_MS)
        .start(`r${id}`)
        .markEnded({ reservation: `r${id}` });
      if (id > 1) life.acknowledgeEnd(`r${id}`);
    }
    expect(life.state.records).toHaveLength(MAX_ENDED + 1);
    expect(life.statuses()).toHaveProperty("r1");
    expect(life.statuses()).not.toHaveProperty("r2");
    expect(life.change?.deleteAliases).toEqual(aliases("2"));
  });
});

it("an ended record stays above the limit while it cools down", () => {
  const life = new Life();
  for (let id = 1; id <= MAX_ENDED + 2; id += 1) {
    const reservation = `r${id}`;
    life.wait(1).start(reservation).requestStop({ reservation, reason: "owner" });
    life.markEnded({ reservation });
    life.acknowledgeEnd(reservation);
  }
  expect(life.state.records).toHaveLength(MAX_ENDED + 2);
  life.wait(COOLDOWN_MS).start("later");
  expect(life.state.records).toHaveLength(MAX_ENDED + 1);
});

describe("importConversation", () => {
  it("A12: unknown to the state: runs with Equos' times, uncharged, with a heartbeat deadline if the name says so", () => {
    const life = new Life();
    const request = { startedAt: T0 - 20_000, sealed: "text", token: "t1", heartbeatTimeoutMs: HEARTBEAT };
    expect(life.import("r1", request)).toMatchObject({ changed: true });
    expect(life.change).toMatchObject({ setAliases: ["c1", "t1"], setSealed: { r1: "text" } });
    expect(life.change?.start).toBeUndefined();
    expect(life.record()).toMatchObject({ status: "running", joined: true, endsAt: ENDS_AT - 20_000, fingerprint: "" });
    expect(life.record()).toMatchObject({ heartbeatBy: T0 + HEARTBEAT });
    expect(life.state).toMatchObject({ generation: T0, usage: [] });
    const silent = new Life();
    silent.import();
    expect(silent.record().heartbeatBy).toBeUndefined();
    expect(silent.at(ENDS_AT - 20_000 + 2_000).due()).toMatchObject([{ record: { reason: "max-duration" } }]);
  });

  it("with a reason, or as one too many: stopping", () => {
    const life = inStatus.running();
    life.import("r2", { active: 2 });
    life.import("r3", { active: 2 });
    life.import("r4", { reason: "server" });
    expect(life.statuses()).toEqual({ r1: "running", r2: "running", r3: "stopping", r4: "stopping" });
    expect([life.record("r3").reason, life.record("r4").reason]).toEqual(["orphan", "server"]);
    expect(life.record("r3")).toMatchObject({ busyUntil: T0 + LEASE, attempts: 1 });
  });

  it.each([
    ["withdrawn", notStarted],
    ["never found", () => neverFound()],
  ])("given up (%s): runs again without charges, and a stop is announced again", (_, has) => {
    const life = has();
    expect(life.import()).toMatchObject({ changed: true, record: { status: "running", fingerprint: "a" } });
    expect(life.record()).toMatchObject({ conversation: "c1", startedAt: life.now - 20_000 });
    life.requestStop({ reservation: "r1", reason: "orphan" });
    life.markEnded();
    expect(life.record()).toMatchObject({ reason: "orphan", seconds: 20 });
    expect(life.due()).toMatchObject([{ kind: "announce" }]);
  });
});

function neverFound(): Life {
  const life = inStatus.unknown().at(T0 + 100_000 + MAX_SECONDS * 1000);
  life.due();
  return life;
}
