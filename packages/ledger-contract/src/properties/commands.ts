import type { EndReason } from "@equos-broker/core";
import fc from "fast-check";

/** Which of a record's numbers: its latest, the one before, one that is still to come, or none. */
export type Which = "latest" | "older" | "newer" | "none";
/** Of its deliveries' numbers also the one before the one before. */
export type WhichDelivery = Which | "oldest";

export type ClaimBy =
  | "reservation"
  | "token"
  | "token+conversation"
  | "token+foreign"
  | "consumer+conversation"
  | "foreign+conversation"
  | "consumer";

/**
 * One command of a property, in words that stay meaningful when commands before it are taken away: `who` is a
 * reservation or a caller; numbers are looked up when it is played. With `aim` it goes to a record that it may move.
 */
export type Command = { readonly after: number; readonly aim: boolean } & (
  | {
      readonly step: "reserve";
      readonly who: string;
      readonly fingerprint: string;
      readonly fresh: boolean;
      readonly same: "resume" | "reject" | "replace";
      readonly other: "replace" | "reject";
      readonly tombstoneMs: number | undefined;
      readonly maxWaiting: number;
      readonly active: number;
      readonly overallActive: number | undefined;
      readonly maxSeconds: number;
      readonly meters: readonly MeterName[];
    }
  | { readonly step: "commit"; readonly who: string; readonly conversation: "a" | "b" }
  | { readonly step: "doubt"; readonly who: string; readonly holdMs: number }
  | { readonly step: "found"; readonly who: string; readonly conversation: "a" | "b" }
  | {
      readonly step: "stop";
      readonly who: string;
      readonly by: ClaimBy;
      readonly delivery: WhichDelivery;
      readonly unjoined: boolean;
      readonly reason: EndReason;
    }
  | {
      readonly step: "leave";
      readonly who: string;
      readonly by: ClaimBy;
      readonly delivery: WhichDelivery;
      readonly graceMs: number;
    }
  | { readonly step: "keep"; readonly who: string; readonly by: ClaimBy; readonly keepMs: number }
  | { readonly step: "joined"; readonly who: string }
  | { readonly step: "abandon"; readonly who: string; readonly delivery: Exclude<Which, "none"> }
  | { readonly step: "unwait"; readonly who: string; readonly waiter: string }
  | { readonly step: "withdraw"; readonly who: string }
  | {
      readonly step: "end";
      readonly who: string;
      readonly reason: EndReason;
      readonly seconds: number | undefined;
      readonly agoMs: number | undefined;
    }
  | { readonly step: "announced"; readonly who: string }
  | { readonly step: "retry"; readonly who: string; readonly attempts: Which; readonly afterMs: number }
  | { readonly step: "adopt"; readonly who: string; readonly elapsedMs: number; readonly reason: EndReason | undefined }
  | { readonly step: "due"; readonly limit: number }
  | { readonly step: "find"; readonly who: string; readonly by: ClaimBy }
  | { readonly step: "live" }
  | { readonly step: "lease"; readonly holder: string; readonly ms: number }
  /** The command so many before it, sent again as it was: its old context, its old numbers. */
  | { readonly step: "again"; readonly back: number }
);

export type MeterName = "starts" | "seconds" | "overall";
type StepOf = Command["step"];

/** What a property is about: who takes part, and how often each step comes. */
export interface Mix {
  readonly callers: readonly string[];
  readonly fingerprints: readonly string[];
  readonly active: readonly number[];
  readonly overallActive: readonly (number | undefined)[];
  readonly meters: readonly (readonly MeterName[])[];
  readonly tombstoneMs: readonly (number | undefined)[];
  readonly weights: Readonly<Record<StepOf, number>>;
  /** Little time passes between two commands. */
  readonly hurried?: boolean;
  /** All starts take what runs. */
  readonly resuming?: boolean;
}

const conversation = fc.constantFrom("a" as const, "b" as const);
const number = fc.constantFrom<Which[]>("latest", "latest", "older", "newer", "none");
const delivery = fc.constantFrom<WhichDelivery[]>("latest", "older", "older", "oldest", "newer", "none");
const by = fc.constantFrom<ClaimBy[]>(
  "reservation",
  "consumer",
  "token",
  "token+conversation",
  "token+foreign",
  "consumer+conversation",
  "foreign+conversation",
);
const someTime = fc.constantFrom(1000, 5000, 10_000, 30_000, 90_000);
const littleTime = fc.constantFrom(0, 0, 1000, 2000, 5000, 10_000);
/** Mostly no time at all, so that commands meet; sometimes so much that everything is over. */
const after = fc.oneof(
  { weight: 10, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.constantFrom(1000, 2000, 5000) },
  { weight: 4, arbitrary: fc.constantFrom(10_000, 20_000, 30_000, 60_000) },
  { weight: 1, arbitrary: fc.constantFrom(600_000, 3_600_000) },
);

export function commandsOf(mix: Mix): fc.Arbitrary<Command[]> {
  const who = fc.constantFrom(...mix.callers);
  const arbitraries: { readonly [S in StepOf]: fc.Arbitrary<Omit<Extract<Command, { step: S }>, "after" | "aim">> } = {
    reserve: fc.record({
      step: fc.constant("reserve" as const),
      who,
      fingerprint: fc.constantFrom(...mix.fingerprints),
      fresh: mix.resuming ? fc.constant(false) : fc.constantFrom(false, false, false, false, true),
      same: mix.resuming
        ? fc.constant("resume" as const)
        : fc.constantFrom("resume" as const, "resume" as const, "reject" as const, "replace" as const),
      other: fc.constantFrom("replace" as const, "reject" as const),
      tombstoneMs: fc.constantFrom(...mix.tombstoneMs),
      maxWaiting: fc.constantFrom(2, 1, 0),
      active: fc.constantFrom(...mix.active),
      overallActive: fc.constantFrom(...mix.overallActive),
      maxSeconds: fc.constantFrom(60, 90, 30),
      meters: fc.constantFrom(...mix.meters),
    }),
    commit: fc.record({ step: fc.constant("commit" as const), who, conversation }),
    doubt: fc.record({ step: fc.constant("doubt" as const), who, holdMs: fc.constantFrom(0, 10_000, 40_000) }),
    found: fc.record({ step: fc.constant("found" as const), who, conversation }),
    stop: fc.record({
      step: fc.constant("stop" as const),
      who,
      by: fc.oneof(by, fc.constant("reservation" as const)),
      delivery: fc.oneof(delivery, fc.constant("none" as const)),
      unjoined: fc.boolean(),
      reason: fc.constantFrom<EndReason[]>("owner", "owner", "server", "shutdown", "left", "upstream"),
    }),
    leave: fc.record({ step: fc.constant("leave" as const), who, by, delivery, graceMs: someTime }),
    keep: fc.record({ step: fc.constant("keep" as const), who, by, keepMs: someTime }),
    joined: fc.record({ step: fc.constant("joined" as const), who }),
    abandon: fc.record({
      step: fc.constant("abandon" as const),
      who,
      delivery: fc.constantFrom("latest" as const, "latest" as const, "older" as const, "newer" as const),
    }),
    unwait: fc.record({ step: fc.constant("unwait" as const), who, waiter: who }),
    end: fc.record({
      step: fc.constant("end" as const),
      who,
      reason: fc.constantFrom<EndReason[]>("not-started", "upstream", "upstream", "owner", "time-over"),
      seconds: fc.constantFrom(undefined, 0, 20, 500),
      agoMs: fc.constantFrom(undefined, 0, 1000, 5000, 20_000, -5000),
    }),
    announced: fc.record({ step: fc.constant("announced" as const), who }),
    retry: fc.record({ step: fc.constant("retry" as const), who, attempts: number, afterMs: someTime }),
    withdraw: fc.record({ step: fc.constant("withdraw" as const), who }),
    adopt: fc.record({
      step: fc.constant("adopt" as const),
      who,
      elapsedMs: fc.constantFrom(0, 30_000, 200_000),
      reason: fc.constantFrom(undefined, undefined, "orphan" as const),
    }),
    due: fc.record({ step: fc.constant("due" as const), limit: fc.constantFrom(100, 1, 2) }),
    find: fc.record({ step: fc.constant("find" as const), who, by }),
    live: fc.record({ step: fc.constant("live" as const) }),
    lease: fc.record({
      step: fc.constant("lease" as const),
      holder: fc.constantFrom("server 1", "server 2"),
      ms: someTime,
    }),
    again: fc.record({ step: fc.constant("again" as const), back: fc.integer({ min: 1, max: 6 }) }),
  };
  const steps = Object.entries(mix.weights) as [StepOf, number][]; // Object.entries forgets the names of the fields.
  const step = fc.oneof(...steps.map(([name, weight]) => ({ weight, arbitrary: arbitraries[name] })));
  const aim = fc.constantFrom(true, true, true, false);
  const command = fc.tuple(mix.hurried ? littleTime : after, aim, step).map(([time, aimed, rest]) => {
    return { after: time, aim: aimed, ...rest } as Command; // One of the union's members, with what all of them have.
  });
  return fc.array(command, { minLength: 1, maxLength: 50, size: "max" });
}
