import type { LedgerClaim, LedgerRecord, Meter, StepName, StepRequest, Terms } from "@equos-broker/core";
import { consumerOf } from "../desk.js";
import type { ClaimBy, Command, MeterName, WhichDelivery } from "./commands.js";
import type { Numbers } from "./numbers.js";

/** A step as it is sent. */
export type Call = { readonly [S in StepName]: { readonly step: S; readonly request: StepRequest<S> } }[StepName];

/** Multiples of a second, while every command comes a millisecond later: no two deadlines fall together. */
export const terms: Terms = { settleMs: 20_000, holdMs: 30_000, joinMs: 15_000, leaseMs: 5000 };

const meters: Readonly<Record<MeterName, Omit<Meter, "name">>> = {
  starts: { key: "starts", unit: "starts", max: 2, windowMs: 60_000 },
  seconds: { key: "seconds", unit: "seconds", max: 100, windowMs: 120_000 },
  overall: { key: "overall", unit: "seconds", max: 300, windowMs: 600_000 },
};

const conversation = (who: string, which: "a" | "b"): string => `${who}/${which}`;

/** What a ledger has told so far. */
export interface Known {
  readonly records: ReadonlyMap<string, LedgerRecord>;
  readonly numbers: Numbers;
}

/** What the words of a command mean to a ledger now. */
export function toCall(given: Exclude<Command, { step: "again" }>, { records, numbers }: Known): Call {
  const command = given.aim ? aimed(given, records) : given;
  switch (command.step) {
    case "reserve": {
      const { who, fingerprint, fresh, same, other, tombstoneMs, maxWaiting, active, overallActive, maxSeconds } =
        command;
      const request = {
        reservation: who,
        consumer: consumerOf(who),
        fingerprint,
        payload: `payload of ${who}`,
        maxSeconds,
        minSeconds: 30,
        fresh,
        same,
        other,
        tombstoneMs,
        maxWaiting,
        active,
        overallActive,
        meters: command.meters.map((name) => meterOf(name, consumerOf(who))),
        checkMs: 5000,
        terms,
      };
      return { step: "reserve", request };
    }
    case "commit": {
      const named = conversation(command.who, command.conversation);
      const maxSeconds = records.get(command.who)?.maxSeconds ?? 60;
      const more = { conversation: named, token: `token of ${named}`, payload: `grant of ${named}`, maxSeconds };
      return { step: "commit", request: { reservation: command.who, ...more } };
    }
    case "doubt":
      return { step: "doubt", request: { reservation: command.who, holdMs: command.holdMs } };
    case "found": {
      const named = conversation(command.who, command.conversation);
      return { step: "found", request: { reservation: command.who, conversation: named, reason: "late-answer" } };
    }
    case "stop": {
      const { who, by, delivery, unjoined, reason } = command;
      const number = deliveryOf(meant(who, by, records), delivery, numbers);
      return { step: "stop", request: { claim: claimOf(who, by, records), reason, delivery: number, unjoined } };
    }
    case "leave": {
      const { who, by, delivery, graceMs } = command;
      const number = deliveryOf(meant(who, by, records), delivery, numbers);
      return { step: "leave", request: { claim: claimOf(who, by, records), graceMs, delivery: number } };
    }
    case "keep":
      return { step: "keep", request: { claim: claimOf(command.who, command.by, records), keepMs: command.keepMs } };
    case "joined":
      return { step: "joined", request: { reservation: command.who } };
    case "abandon": {
      const delivery = deliveryOf(command.who, command.delivery, numbers) ?? 0;
      return { step: "abandon", request: { reservation: command.who, delivery } };
    }
    case "unwait":
      return { step: "unwait", request: { reservation: command.who, waiter: command.waiter } };
    case "withdraw":
      return { step: "withdraw", request: { consumer: consumerOf(command.who), reservation: command.who } };
    case "end": {
      const { who, reason, seconds, agoMs } = command;
      return { step: "end", request: { reservation: who, reason, seconds, agoMs } };
    }
    case "announced":
      return { step: "announced", request: { reservation: command.who } };
    case "retry": {
      // 0 is nobody's number: nothing was handed out.
      const off = { latest: 0, none: 0, older: -1, newer: 1 }[command.attempts];
      const attempts = Math.max(1, (records.get(command.who)?.attempts ?? 0) + off);
      return { step: "retry", request: { reservation: command.who, attempts, afterMs: command.afterMs } };
    }
    case "adopt": {
      const { who, elapsedMs, reason } = command;
      const more = { consumer: consumerOf(who), payload: "adopted", maxSeconds: 240, elapsedMs, terms, reason };
      return { step: "adopt", request: { reservation: who, conversation: `${who}/adopted`, ...more } };
    }
    case "due":
      return { step: "due", request: { limit: command.limit } };
    case "find":
      return { step: "find", request: { claim: claimOf(command.who, command.by, records) } };
    case "live":
      return { step: "live", request: {} };
    case "lease":
      return { step: "lease", request: { name: "duty", holder: command.holder, ms: command.ms } };
  }
}

function meterOf(name: MeterName, consumer: string): Meter {
  const of = meters[name];
  return { ...of, name, key: name === "overall" ? of.key : `${of.key} of ${consumer}` };
}

/** A number that no conversation of a property gets to. */
const never = 1000;

function deliveryOf(reservation: string, which: WhichDelivery, numbers: Numbers): number | undefined {
  if (which === "none") return undefined;
  if (which === "newer") return numbers.number(reservation) + never;
  return numbers.number(reservation, { latest: 0, older: 1, oldest: 2 }[which]);
}

/** Whose numbers go with a claim: a consumer alone may mean another reservation than `who`. */
function meant(who: string, by: ClaimBy, records: Known["records"]): string {
  if (by !== "consumer") return who;
  const runs = [...records.values()].find((one) => one.consumer === consumerOf(who) && one.state === "running");
  return runs?.reservation ?? who;
}

function claimOf(who: string, by: ClaimBy, records: Known["records"]): LedgerClaim {
  const named = records.get(who)?.conversation ?? conversation(who, "a");
  const token = `token of ${named}`;
  switch (by) {
    case "reservation":
      return { reservation: who };
    case "token":
      return { token };
    case "token+conversation":
      return { token, conversation: named };
    case "token+foreign":
      return { token, conversation: "another one" };
    case "consumer+conversation":
      return { consumer: consumerOf(who), conversation: named };
    case "foreign+conversation":
      return { consumer: "somebody else", conversation: named };
    case "consumer":
      return { consumer: consumerOf(who) };
  }
}

/** Which records a step may move. */
const movable: Readonly<Partial<Record<Command["step"], (record: LedgerRecord) => boolean>>> = {
  commit: ({ state }) => state === "reserved",
  doubt: ({ state }) => state === "reserved",
  found: ({ state }) => state === "reserved" || state === "unknown",
  stop: ({ state }) => state === "running",
  leave: ({ state }) => state === "running",
  keep: ({ state }) => state === "running",
  joined: ({ state }) => state === "running",
  abandon: ({ state }) => state === "running",
  unwait: ({ state }) => state === "reserved" || state === "running",
  withdraw: ({ state }) => state === "reserved",
  end: ({ state }) => state !== "ended",
  announced: ({ state }) => state === "ended",
  retry: ({ attempts }) => attempts > 0,
};

/** The same command about a record that it may move, if there is one: `who`, or the next one by name. */
function aimed<T extends Command>(command: T, records: Known["records"]): T {
  const may = movable[command.step];
  if (may === undefined || !("who" in command)) return command;
  const names = [...records.values()].filter(may).map(({ reservation }) => reservation);
  const who = names.toSorted().find((name) => name >= command.who) ?? names[0];
  return who === undefined ? command : { ...command, who };
}
