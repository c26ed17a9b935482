import fc from "fast-check";
import { expect, it } from "vitest";
import { putRecord, toDecision } from "../../src/state/draft.js";
import type { ConversationRecord } from "../../src/state/state.js";
import { explore } from "./explore.js";
import { type Core, checkWorld, core, eventsIn, newWorld, type Rules } from "./world.js";

/** CI explores for a minute. Elsewhere a few seconds show most mistakes. */
const SECONDS = process.env.CI === "true" ? 60 : 8;

/** Two pages of one consumer, two starts at once (each may be on a server of its own), one conversation at a time. */
const small: Rules = {
  core,
  pages: 2,
  active: 1,
  fingerprints: ["a"],
  maxCallers: 2,
  different: "replace",
  quotas: [],
  steps: [4_000, 11_000],
  rare: false,
};

it("no sequence of events of two pages violates an invariant", { timeout: (SECONDS + 30) * 1000 }, () => {
  const { states, transitions, depth, violation } = explore(small, SECONDS);
  console.log(`explored ${states} states and ${transitions} transitions: every sequence of ${depth} events`);
  expect(violation).toBeUndefined();
  expect(depth).toBeGreaterThan(5);
});

/** Changes what a decision has left of each record. */
function patched(
  state: Parameters<Core["reserve"]>[0],
  now: number,
  patch: (record: ConversationRecord) => ConversationRecord,
) {
  const patchAll = toDecision((draft) => {
    for (const record of draft.state.records) putRecord(draft, patch(record));
  });
  return patchAll(state, undefined, now).change;
}

/** Rules that are wrong in one place each, and what the exploration has to say about them. */
const broken: readonly (readonly [what: string, fault: Partial<Core>, violation: RegExp])[] = [
  [
    "a page end schedules no stop",
    {
      pageHide: (state, request, now) => {
        const decision = core.pageHide(state, request, now);
        if (decision.change === undefined) return decision;
        const change = patched(decision.change.state, now, ({ scheduledStop: _, ...record }) => record);
        return { ...decision, change };
      },
    },
    /scheduled stop is lost/,
  ],
  [
    "a heartbeat brings the deadline forward",
    {
      heartbeat: (state, request, now) => {
        const decision = core.heartbeat(state, request, now);
        if (decision.change === undefined) return decision;
        const change = patched(decision.change.state, now, (record) =>
          record.status === "running" ? { ...record, heartbeatBy: now + request.heartbeatTimeoutMs } : record,
        );
        return { ...decision, change };
      },
    },
    /live newest page was stopped \(heartbeat-timeout\)/,
  ],
  [
    "one search is enough",
    {
      markMissed: (state, { reservation, ...request }, now) => {
        const change = patched(state, now, (record) => ({ ...record, missedAt: 0, findableAt: 0 }));
        return core.markMissed(change?.state ?? state, { reservation, ...request }, now);
      },
    },
    /bills more|forgotten|more conversations/,
  ],
  [
    "an unknown start blocks nothing",
    {
      markUnknown: (state, request, now) => {
        const decision = core.markUnknown(state, request, now);
        if (decision.change === undefined) return decision;
        return { ...decision, change: patched(decision.change.state, now, ({ held: _, ...record }) => record) };
      },
    },
    /bills more/,
  ],
  [
    "replaced conversations are not stopped",
    {
      requestReplacements: (state, { reservation }, now) => {
        const change = patched(state, now, (record) =>
          record.reservation === reservation ? { ...record, replaces: undefined } : record,
        );
        return { outcome: [], change };
      },
    },
    /more conversations/,
  ],
];

it.each(broken)("the exploration finds the fault: %s", { timeout: 330_000 }, (what, fault, expected) => {
  // The consumer may replace a running conversation only if there are two characters.
  const rules = what.startsWith("replaced") ? { ...small, fingerprints: ["a", "b"] } : small;
  const { violation } = explore({ ...rules, core: { ...core, ...fault } }, 300);
  expect(violation?.at(-1)).toMatch(expected);
});

const starts = {
  name: "starts",
  unit: "starts",
  scope: "consumer",
  key: "starts",
  limit: 6,
  windowSeconds: 600,
} as const;
const seconds = { ...starts, name: "seconds", unit: "seconds", key: "seconds", limit: 200 } as const;

it.each([
  [1, "replace"],
  [2, "replace"],
  [2, "reject"],
] as const)(
  "random sequences violate no invariant: active is %i, other starts %s",
  { timeout: 120_000 },
  (active, different) => {
    const rules: Rules = {
      ...small,
      pages: 3,
      active,
      fingerprints: ["a", "b", "c"],
      maxCallers: 4,
      different,
      quotas: [starts, seconds],
      steps: [500, 4_000, 11_000, 70_000],
      rare: true,
    };
    const play = (picks: readonly number[]) => {
      let world = newWorld(rules);
      const trace: string[] = [];
      for (const pick of picks) {
        const events = eventsIn(world, rules);
        const event = events[pick % events.length];
        if (event === undefined) return;
        trace.push(event.name);
        try {
          world = event.apply(world);
          checkWorld(world, rules);
        } catch (error) {
          throw new Error([...trace, error instanceof Error ? error.message : String(error)].join("\n"));
        }
      }
    };
    fc.assert(fc.property(fc.array(fc.nat(), { minLength: 200, maxLength: 400, size: "max" }), play), {
      numRuns: 1_000,
    });
  },
);
