import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { promisedHeartbeats } from "../../src/state/presence.js";
import { GRACE, HEARTBEAT, inStatus, JOIN, Life, reachable, STATUSES, T0 } from "./build.js";

const closing = { at: T0 + GRACE, reason: "page-closed" } as const;
const lost = { at: T0 + GRACE, reason: "undelivered" } as const;

/** `r1` runs; its generations 1, 2, … were handed out to pages of their own, 1 ms apart unless the test says more. */
function pages(count: number, sendsHeartbeats = false, apart = 0) {
  const life = new Life().start("r1", { sendsHeartbeats });
  const generations = [T0];
  for (let page = 2; page <= count; page += 1) {
    generations.push(life.wait(apart).resume(`page ${page}`, { sendsHeartbeats }));
  }
  const g = (page: number) => generations[page - 1] ?? Number.NaN;
  const recipients = () => life.record().recipients?.map(({ generation }) => generations.indexOf(generation) + 1);
  const scheduled = () => life.record().scheduledStop;
  const hide = (page: number) => life.pageHide({ reservation: "r1", generation: g(page) });
  const beat = (page: number) => life.heartbeat({ reservation: "r1", generation: g(page) });
  const lose = (page: number) => life.undelivered(g(page));
  return { life, g, recipients, scheduled, hide, beat, lose };
}

describe("handed out", () => {
  it("appends the generation and arms the join deadline, and no heartbeat deadline", () => {
    const { life, g } = pages(2, true, 7);
    expect(life.record().recipients).toEqual([
      { generation: g(1), caller: "r1", since: T0, sendsHeartbeats: true },
      { generation: g(2), caller: "page 2", since: T0 + 7, sendsHeartbeats: true },
    ]);
    expect(life.record()).toMatchObject({ joinBy: T0 + 7 + JOIN });
    expect(life.record().heartbeatBy).toBeUndefined();
  });

  it.each(["page-closed", "undelivered"])("cancels a scheduled stop (%s)", (reason) => {
    const { life, hide, lose, scheduled } = pages(1);
    if (reason === "undelivered") lose(1);
    else hide(1);
    expect(scheduled()?.reason).toBe(reason);
    life.wait(GRACE - 1).resume("page 2");
    expect(scheduled()).toBeUndefined();
    expect(life.wait(1).due()).toEqual([]);
  });

  it("keeps the join deadline of a joined one, and extends an armed heartbeat deadline", () => {
    const { life, beat } = pages(1);
    beat(1);
    life.wait(HEARTBEAT - 1).resume("page 2");
    expect(life.record()).toMatchObject({ joinBy: T0 + JOIN, heartbeatBy: T0 + HEARTBEAT - 1 + JOIN });
  });

  it("does not shorten a heartbeat deadline", () => {
    const { life, beat } = pages(1);
    beat(1);
    life.resume("page 2");
    expect(life.record().heartbeatBy).toBe(T0 + HEARTBEAT);
  });
});

describe("the response did not reach its client", () => {
  it.each([
    ["the only page", 1, [1], [], lost],
    ["one of two pages", 2, [2], [1], undefined],
    ["all pages", 2, [1, 2], [], lost],
    ["a generation that no page has", 1, [9], [1], undefined],
  ] as const)("%s", (_, count, losses, left, stop) => {
    const { recipients, scheduled, lose } = pages(count);
    for (const page of losses) lose(page);
    expect(recipients()).toEqual(left);
    expect(scheduled()).toEqual(stop);
  });

  it("tells whether that scheduled a stop, once", () => {
    const { life, lose } = pages(1);
    expect(lose(1)).toEqual({ scheduled: true });
    life.wait(100);
    expect(lose(1)).toEqual({ scheduled: false });
    expect(life.record().scheduledStop).toEqual(lost);
  });

  it("changes nothing for a confirmed generation and older ones", () => {
    const { life, beat, lose, recipients } = pages(2);
    beat(2);
    for (const page of [1, 2]) expect(lose(page)).toEqual({ scheduled: false });
    expect(life.change).toBeUndefined();
    expect(recipients()).toEqual([2]);
  });

  it("eight aborted refetches beside a live page: the live page is never stopped", () => {
    for (const beats of [false, true]) {
      const { life, beat, lose, scheduled } = pages(9, true);
      if (beats) beat(1);
      for (let page = 2; page <= 9; page += 1) lose(page);
      expect(scheduled()).toBeUndefined();
      expect(life.wait(JOIN - 1).due()).toEqual([]);
      expect(life.record().status).toBe("running");
    }
  });

  it("eight aborted refetches, each before the next one, leave the live page alone", () => {
    const { life, recipients, scheduled } = pages(1);
    for (let page = 2; page <= 9; page += 1) life.undelivered(life.resume(`page ${page}`));
    expect(recipients()).toEqual([1]);
    expect(scheduled()).toBeUndefined();
  });
});

describe("pageHide", () => {
  it.each([
    ["the only page", 1, [1], [], closing],
    ["the older page", 2, [1], [2], undefined],
    ["the newer page, also for the older one", 2, [2], [], closing],
    ["both, the newer one first", 2, [2, 1], [], closing],
    ["the second of three", 3, [2], [3], undefined],
  ] as const)("%s", (_, count, ends, left, stop) => {
    const { life, g, recipients, scheduled, hide } = pages(count);
    const changed = ends.map((page) => hide(page)).map((outcome) => outcome.outcome === "found" && outcome.changed);
    expect(recipients()).toEqual(left);
    expect(scheduled()).toEqual(stop);
    expect(changed.filter(Boolean)).toHaveLength(stop === undefined ? 0 : 1);
    expect(life.record().left).toBe(g(Math.max(...ends)));
  });

  it("means the latest generation if none is given", () => {
    const { life, g, scheduled } = pages(3);
    life.pageHide({});
    expect(life.record().left).toBe(g(3));
    expect(scheduled()).toEqual(closing);
  });

  it("does not postpone a stop that is scheduled", () => {
    const { life, hide, lose, scheduled } = pages(1);
    lose(1);
    life.wait(1_000);
    expect(hide(1)).toMatchObject({ outcome: "found", changed: false });
    expect(scheduled()).toEqual(lost);
  });

  it("ignores a generation that was never handed out", () => {
    const { life, g } = pages(1);
    expect(life.pageHide({ generation: g(1) + 1 })).toMatchObject({ outcome: "found", changed: false });
    expect(life.change).toBeUndefined();
  });

  it.each(STATUSES.filter((status) => status !== "running" && status !== "reserved"))(
    "changes nothing: %s",
    (status) => {
      const life = inStatus[status]();
      expect(life.pageHide()).toMatchObject({ outcome: "found", record: { status }, changed: false });
      expect(life.change).toBeUndefined();
    },
  );

  it("waits for a reserved record, and then means its first generation", () => {
    const life = inStatus.reserved();
    expect(life.pageHide()).toEqual({ outcome: "pending", reservation: "r1" });
    expect(life.pageHide({})).toEqual({ outcome: "pending", reservation: "r1" });
    expect(life.change).toBeUndefined();
    life.commit();
    const { firstGeneration: generation } = life.record();
    const alone = life.fork();
    alone.pageHide({ reservation: "r1", generation });
    expect(alone.record().scheduledStop).toEqual(closing);
    // A page that took the conversation up meanwhile keeps it.
    life.resume("page 2");
    life.pageHide({ reservation: "r1", generation });
    expect(life.record().scheduledStop).toBeUndefined();
  });

  it("A20: a newer page ends the older one's call, unless that one starts again within the grace", () => {
    const { life, beat, hide, scheduled } = pages(2, true);
    beat(1);
    hide(2);
    beat(1);
    expect(scheduled()).toEqual(closing);
    const again = life.fork();
    again.wait(GRACE - 1).resume("page 1 again");
    expect(again.record().scheduledStop).toBeUndefined();
    expect(life.wait(GRACE).due()).toMatchObject([{ kind: "stop", record: { reason: "page-closed" } }]);
  });
});

describe("heartbeat", () => {
  it.each([
    ["shortly after the hand-out", 0, HEARTBEAT],
    ["late", 20_000, 20_000 + HEARTBEAT],
  ])("without a generation, %s: joined, and a deadline", (_, after, by) => {
    const { life, recipients } = pages(2);
    life.wait(after);
    expect(life.heartbeat()).toMatchObject({ outcome: "found", changed: true });
    expect(life.record()).toMatchObject({ joined: true, heartbeatBy: T0 + by });
    expect(life.record().confirmed).toBeUndefined();
    expect(recipients()).toEqual([1, 2]);
    expect(life.heartbeat()).toMatchObject({ outcome: "found", changed: false });
  });

  it("the deadline is not before the join deadline, and is never brought forward", () => {
    const { life } = pages(1);
    const by = (heartbeatTimeoutMs: number) => life.heartbeat({ heartbeatTimeoutMs }) && life.record().heartbeatBy;
    expect(by(5_000)).toBe(T0 + JOIN);
    expect(by(HEARTBEAT)).toBe(T0 + HEARTBEAT);
    expect(by(5_000)).toBe(T0 + HEARTBEAT);
  });

  it("confirms its generation; older pages are gone, newer ones stay", () => {
    const { life, g, beat, recipients } = pages(3, true);
    beat(2);
    expect(recipients()).toEqual([2, 3]);
    beat(3);
    // A heartbeat that was overtaken does not remove a confirmed newer one.
    beat(2);
    expect(recipients()).toEqual([2, 3]);
    expect(life.record().confirmed).toBe(g(3));
    life.wait(31_000);
    beat(2);
    expect(recipients()).toEqual([2, 3]);
  });

  it("of a lost response that has arrived after all: cancels the stop", () => {
    const { beat, lose, recipients, scheduled } = pages(1);
    lose(1);
    beat(1);
    expect(recipients()).toEqual([1]);
    expect(scheduled()).toBeUndefined();
  });

  it("at or below the generation that left: cancels nothing", () => {
    const { life, beat, hide, recipients, scheduled } = pages(2);
    hide(2);
    for (const page of [1, 2]) beat(page);
    expect(recipients()).toEqual([]);
    expect(scheduled()).toEqual(closing);
    expect(life.record().confirmed).toBeUndefined();
  });

  it.each([
    ["promised heartbeats, for 30 s", true, 30_000, [1, 2]],
    ["promised heartbeats, for longer", true, 30_001, [1]],
    ["promised nothing", false, 50_000, [1, 2]],
  ])("a newer page that has not sent one: %s", (_, sendsHeartbeats, after, left) => {
    const { life, beat, recipients } = pages(2, sendsHeartbeats);
    life.wait(after);
    beat(1);
    expect(recipients()).toEqual(left);
  });

  it("with a generation that was never handed out: the generation is ignored", () => {
    const { life, g, recipients } = pages(1);
    life.heartbeat({ reservation: "r1", generation: g(1) + 1 });
    expect(life.record()).toMatchObject({ joined: true, heartbeatBy: T0 + HEARTBEAT });
    expect(life.record().confirmed).toBeUndefined();
    expect(recipients()).toEqual([1]);
  });

  it.each(STATUSES.filter((status) => status !== "running"))("changes nothing: %s", (status) => {
    const life = inStatus[status]();
    const outcome = status === "reserved" ? { outcome: "pending" } : { outcome: "found", changed: false };
    expect(life.heartbeat()).toMatchObject(outcome);
    expect(life.change).toBeUndefined();
  });
});

describe("more than eight recipients", () => {
  it("the two oldest become one, which a lost response does not remove", () => {
    const { life, lose, recipients, scheduled } = pages(9);
    expect(recipients()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(life.record().recipients?.map(({ kept }) => kept)).toEqual([true, ...Array(7).fill(undefined)]);
    for (let page = 1; page <= 9; page += 1) lose(page);
    expect(recipients()).toEqual([2]);
    expect(scheduled()).toBeUndefined();
  });

  it("it has promised heartbeats only if both have", () => {
    for (const promise of [true, false]) {
      const life = new Life().start("r1", { sendsHeartbeats: promise });
      for (let page = 2; page <= 9; page += 1) life.resume(`page ${page}`, { sendsHeartbeats: true });
      expect(life.record().recipients?.[0]).toMatchObject({ sendsHeartbeats: promise, kept: true });
    }
  });

  it("a page end and a newer heartbeat remove it", () => {
    const ended = pages(9);
    ended.hide(2);
    expect(ended.recipients()).toEqual([3, 4, 5, 6, 7, 8, 9]);
    const alive = pages(9);
    alive.beat(3);
    expect(alive.recipients()).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it("its older page's heartbeat is merged again, and so is each older generation", () => {
    const { life, g, beat, recipients } = pages(9);
    beat(1);
    expect(recipients()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    for (let older = 1; older <= 5; older += 1) life.heartbeat({ generation: g(1) - older });
    expect(recipients()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("while it lasts, its older page's end schedules no stop: the heartbeat deadline does", () => {
    const { life, beat, hide, lose, recipients, scheduled } = pages(9, true);
    beat(1);
    for (let page = 2; page <= 9; page += 1) lose(page);
    const later = life.fork();
    hide(1);
    expect(recipients()).toEqual([2]);
    expect(scheduled()).toBeUndefined();
    expect(life.wait(HEARTBEAT).due()).toMatchObject([{ kind: "stop", record: { reason: "heartbeat-timeout" } }]);
    // 30 s later, the next heartbeat has removed it.
    later.wait(30_001).heartbeat({ reservation: "r1", generation: T0 });
    later.pageHide({ reservation: "r1", generation: T0 });
    expect(later.record().scheduledStop?.reason).toBe("page-closed");
  });
});

describe("imported: the recipients are not known", () => {
  const imported = () => {
    const life = new Life();
    life.import("r1");
    return life;
  };

  it.each([undefined, T0 - 5_000, T0])("a page end with generation %s schedules a stop", (generation) => {
    const life = imported();
    expect(life.pageHide({ reservation: "r1", generation })).toMatchObject({ changed: true });
    expect(life.record().scheduledStop).toEqual(closing);
    expect(life.record().recipients).toBeUndefined();
  });

  it("a heartbeat sets the recipients and cancels the stop", () => {
    const life = imported();
    life.pageHide({ generation: T0 - 5_000 });
    life.heartbeat({ generation: T0 - 4_000 });
    expect(life.record().recipients).toMatchObject([{ generation: T0 - 4_000 }]);
    expect(life.record().scheduledStop).toBeUndefined();
    expect(life.pageHide({ generation: T0 - 5_000 })).toMatchObject({ changed: false });
    expect(life.pageHide({ generation: T0 - 4_000 })).toMatchObject({ changed: true });
  });

  it("a heartbeat of a page that left, or without a generation, cancels nothing", () => {
    const life = imported();
    life.pageHide({ generation: T0 - 5_000 });
    for (const generation of [T0 - 5_000, undefined]) life.heartbeat({ generation });
    expect(life.record().scheduledStop).toEqual(closing);
  });

  it("a lost response changes nothing", () => {
    const life = imported();
    expect(life.undelivered(T0)).toEqual({ scheduled: false });
    expect(life.change).toBeUndefined();
  });
});

describe("an explicit stop", () => {
  it("is honoured without a generation, and with the newest one", () => {
    for (const generation of [undefined, pages(2).g(2)]) {
      expect(pages(2).life.requestStop({ generation })).toMatchObject({ outcome: "found", changed: true });
    }
  });

  it("is outdated beside a newer recipient, and with a generation that was never handed out", () => {
    const { life, g, lose } = pages(2);
    expect(life.requestStop({ generation: g(1) })).toEqual({ outcome: "outdated", generation: g(2) });
    expect(life.requestStop({ generation: g(2) + 1 })).toEqual({ outcome: "outdated", generation: g(2) });
    expect(life.change).toBeUndefined();
    lose(2);
    expect(life.requestStop({ generation: g(1) })).toMatchObject({ outcome: "found", changed: true });
  });
});

it("promisedHeartbeats: each of at least one recipient has", () => {
  const { life } = pages(1, true);
  expect(promisedHeartbeats(life.record())).toBe(true);
  life.resume("page 2", { sendsHeartbeats: false });
  expect(promisedHeartbeats(life.record())).toBe(false);
  life.pageHide();
  expect(promisedHeartbeats(life.record())).toBe(false);
});

it("a running record has a scheduled stop exactly while it has no recipient, and at most eight that rise", () => {
  const check = ({ state }: Life) => {
    for (const { status, recipients, scheduledStop } of state.records) {
      if (status !== "running" || recipients === undefined) continue;
      expect(scheduledStop !== undefined).toBe(recipients.length === 0);
      const generations = recipients.map(({ generation }) => generation);
      expect(generations).toEqual([...new Set(generations)].sort((left, right) => left - right));
      expect(generations.length).toBeLessThanOrEqual(8);
      expect(generations.at(-1) ?? 0).toBeLessThanOrEqual(state.generation);
    }
  };
  fc.assert(fc.property(reachable, check), { numRuns: 500 });
});
