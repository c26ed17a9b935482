import type { Claimed, LedgerClaim } from "./claim.js";
import type { LedgerRecord } from "./record.js";
import type { ReserveOutcome, ReserveRequest, Terms } from "./reservation.js";
import type { EndReason } from "./states.js";

/** A step's outcome: the record as it is now, and whether this very call moved it. `null`: there is no such record. */
export type Moved = { readonly moved: boolean; readonly record: LedgerRecord } | null;

/**
 * The steps that a ledger can take, each atomic. Those that write compare (reservation, state) first: run twice, late or
 * out of order they change nothing, and `moved` is `false`.
 */
export interface LedgerSteps {
  /**
   * Sticky look-up, limits and the write of the reservation, in one; nothing is written unless all of it passes.
   *
   * In this order, among the consumer's records that have not ended:
   * 1. The caller's own reservation: still `reserved` → `reserved` again, as before; anything else → `spent`. While
   *    the ledger is recovering → `recovering`.
   * 2. The caller waits for none of them any longer.
   * 3. The one with the same fingerprint (never a `stopping` one). `reserved` → the caller waits for it: `in-flight`,
   *    or `crowded` when `maxWaiting` others do. `unknown` and held → `in-doubt`. `running` →
   *    - past its `endsAt`: stop, `time-over`;
   *    - the caller has waited for it, or was one of the last 16 to be given it: resume, whatever else was asked for;
   *    - `same` is `reject`: `active`, unless it is as in `abandon`: nobody has it, and nobody waits: then stop, `client-gone`;
   *    - `same` is `resume` and not `fresh`: resume; otherwise stop, `replaced`.
   * 4. `tombstoneMs`, and the latest tombstone of this fingerprint is younger than that: `stopped`, and what 3 would have
   *    stopped runs on. One that was running leaves a tombstone when a step stops or ends it, whatever becomes of its record
   *    afterwards, unless it was adopted:
   *    - as `owner`, `server`, `replaced` or `shutdown`: it counts from then;
   *    - as `time-over`: from its `endsAt`, or from then if that is earlier. One that 3 would stop as `time-over` counts
   *      already, and is left to `due`;
   *    - in an `end` as `upstream`: from `agoMs` before then; without `agoMs` it leaves none.
   *
   *    What this very step stops as `replaced` is nothing to it. A ledger keeps that for 60 s, and forgets it in time.
   * 5. While those of other fingerprints that are `reserved`, `running`, or `unknown` and held are `active` or more: the
   *    oldest running one is stopped, with the reasons of 3 (`other` in the place of `same`); `active` if `other` is
   *    `reject` and no running one is past its end or reached nobody. With none running, the oldest reserved one
   *    is waited for as in 3; with none reserved, `in-doubt`, until the first of them is held no longer.
   * 6. All `stopping` ones of the consumer, those of 3 and 5 included, are `replaces`.
   * 7. `overallActive`: all records that are `reserved`, `running`, `stopping`, or `unknown` and held, but for
   *    `replaces`, must be fewer.
   * 8. Each meter in turn: `starts` must have one left; `seconds` at least `minSeconds`, and shortens `maxSeconds`.
   * 9. Then the stops of 3 and 5 happen, the meters are charged, and the reservation is written.
   *
   * A resume is a delivery: it puts a leave off, and gives a page that joins or keeps alive another `joinMs`. Asked
   * again by a caller that was one of the last 16 to be given the grant, it is the same delivery.
   */
  reserve: { request: ReserveRequest; result: ReserveOutcome };
  /**
   * `reserved → running`, by upstream's answer, with the first delivery handed to the caller. `endsAt` is now +
   * `maxSeconds`. Also given as `delivery` when this very conversation was committed before: the caller's number.
   * A record that is not `running` with this conversation → `delivery` 0: the caller stops what it started.
   * The record's own `maxSeconds` stays as it was reserved.
   */
  commit: {
    request: {
      readonly reservation: string;
      readonly conversation: string;
      /** Keyed digest of the consumer's token. */
      readonly token: string;
      readonly payload: string;
      readonly maxSeconds: number;
    };
    result: { readonly moved: boolean; readonly record: LedgerRecord; readonly delivery: number } | null;
  };
  /** `reserved → unknown`; due at once, and the consumer starts nothing else for `holdMs`, unless it is settled earlier. */
  doubt: { request: { readonly reservation: string; readonly holdMs: number }; result: Moved };
  /** `reserved | unknown → stopping`, now that the conversation's id is known. Counts as started when it was reserved. */
  found: {
    request: { readonly reservation: string; readonly conversation: string; readonly reason: EndReason };
    result: Moved;
  };
  /**
   * `running → stopping`. The caller then stops it upstream, `leaseMs` long. With a `delivery`, only if that is the latest, or
   * one of this conversation's before it and all later ones are known to have reached nobody: then there is no other page.
   * Known are the last 16, and of those before them the latest that may have reached somebody. Keep-alives, and callers
   * that wait, make no difference to that.
   */
  stop: {
    request: {
      readonly claim: LedgerClaim;
      readonly reason: EndReason;
      readonly delivery?: number | undefined;
      /** Only if it is not `joined`. */
      readonly unjoined?: boolean | undefined;
    };
    result: Claimed;
  };
  /**
   * The page of this delivery says that it closes: stop in `graceMs` (reason `left`), unless a later delivery happens. If
   * all later ones turn out to have reached nobody, the leave holds again. Moved only if running, with no leave yet,
   * and `delivery` absent or as in `stop`: what was refused stays so, whatever turns out later. Whoever was heard of
   * before is taken for the one that leaves. One that holds again has its old time.
   */
  leave: {
    request: { readonly claim: LedgerClaim; readonly graceMs: number; readonly delivery?: number | undefined };
    result: Claimed;
  };
  /**
   * Somebody is in a running conversation, and says so again within `keepMs`: otherwise stop, `keepalive-missed`. Moved if
   * nobody was known to be in it before. A claim by a `consumer` alone never waits for one in flight: `none`.
   */
  keep: { request: { readonly claim: LedgerClaim; readonly keepMs: number }; result: Claimed };
  /** Upstream has seen somebody in a running conversation: no look is needed any more. Moved as in `keep`. */
  joined: { request: { readonly reservation: string }; result: Moved };
  /**
   * This delivery, one of the last 16, reached nobody. `running → stopping` (`client-gone`) if none did, nobody waits, and no
   * keep-alive has come (since the last leave). That upstream has seen somebody changes nothing: it may be the avatar.
   */
  abandon: { request: { readonly reservation: string; readonly delivery: number }; result: Moved };
  /**
   * The caller's `reserve` may have been taken, and its answer was not heard. Its own reservation, if it is still `reserved`,
   * ends (`not-started`); it waits for none of the consumer's records any longer; what it was given as one of the last 16
   * has reached nobody. What follows is as in `abandon`, and told in `records`: those that this very call has moved.
   */
  withdraw: {
    request: { readonly consumer: string; readonly reservation: string };
    result: { readonly records: readonly LedgerRecord[] };
  };
  /** A caller (by its own id) that waited for this reservation gives up; the last one leaves as `abandon` does. */
  unwait: { request: { readonly reservation: string; readonly waiter: string }; result: Moved };
  /**
   * Anything `→ ended`. `seconds`: what upstream billed; without it: 0 from `reserved`, `maxSeconds` from `unknown`, else
   * the time since `startedAt`, in whole seconds, rounded up; always at most `maxSeconds`. Settles the meters, once:
   * `seconds` meters get back the rest, `starts` meters one if it ends from `reserved` with the reason `not-started`.
   * A record that never had a conversation is forgotten at once; any other the caller announces, within `leaseMs`.
   */
  end: {
    request: {
      readonly reservation: string;
      readonly reason: EndReason;
      readonly seconds?: number | undefined;
      /** So long ago it ended, by upstream's own word; left out where that is not known. Below 0 is 0. */
      readonly agoMs?: number | undefined;
    };
    result: Moved;
  };
  /**
   * The end was told to whoever has to know. Until then `due` hands the ended record out again; from then on it is kept
   * for ten minutes, without its payload, so that a repeated stop gets the same answer. Moved the first time.
   */
  announced: { request: { readonly reservation: string }; result: Moved };
  /**
   * The caller gives back what `due` handed out, or a stop it has begun, to come up again in `afterMs`. Moved only if
   * `attempts` is the record's and it was not given back since.
   */
  retry: {
    request: { readonly reservation: string; readonly attempts: number; readonly afterMs: number };
    result: Moved;
  };
  /**
   * What time has brought, oldest first, at most `limit` records. Each is handed to one caller at a time: it comes up
   * again after its `leaseMs`.
   * - `reserved` for `settleMs`: now `unknown`, held for `holdMs`, and handed out.
   * - `unknown`: handed out, to be looked for. After `settleMs + maxSeconds` from its reservation: `ended`, `given-up`,
   *   handed out this once and forgotten.
   * - `running`: leave, missed keep-alive, or 2 s past `endsAt` (`time-over`) → `stopping`, by what came first, and
   *   handed out. Nobody in it for `joinMs`: handed out `running`, to be looked at.
   * - `stopping`: handed out, to be stopped. `ended` and not announced: handed out, to be announced.
   */
  due: {
    request: { readonly limit: number };
    result: {
      readonly records: readonly LedgerRecord[];
      /** Whether anything is left that time can bring. */
      readonly pending: boolean;
      /** Whether `joined` has ever moved a record of these books: only then an absent `joinedAt` means anything. */
      readonly joinSeen: boolean;
      /** The books, or their latest pages, were lost, and not everything that ran is in them again. */
      readonly recovering: boolean;
      /** Reservations whose entries could not be read, and were dropped. */
      readonly damaged: readonly string[];
    };
  };
  /**
   * Writes down a conversation that runs upstream and is in no record: `running`, joined, with no delivery. Not moved if
   * its reservation or its conversation is known.
   */
  adopt: {
    request: {
      readonly reservation: string;
      readonly conversation: string;
      readonly consumer: string;
      readonly payload: string;
      readonly maxSeconds: number;
      /** For how long it has run, and will run at most. */
      readonly elapsedMs: number;
      readonly terms: Terms;
      /** It must not run: it is written down as `stopping`, for the caller to stop, as if `stop` had moved it. */
      readonly reason?: EndReason | undefined;
    };
    result: Moved;
  };
  /** Takes a named duty for so long. Not granted while another `holder` has it; the same holder renews it. */
  lease: {
    request: { readonly name: string; readonly holder: string; readonly ms: number };
    result: { readonly granted: boolean };
  };
  /** Everything that ran is in the books again: starts are taken. */
  recovered: { request: Record<string, never>; result: null };
  /** Replaces the key text of the identity, if it still is `from`. */
  rekey: { request: { readonly from: string; readonly to: string }; result: { readonly moved: boolean } };

  /** Reads: the record that a claim names. `moved` is `false`. */
  find: { request: { readonly claim: LedgerClaim }; result: Claimed };
  /** Reads: those of the reservations that are known, in the order asked for, ended ones included. */
  lookUp: {
    request: { readonly reservations: readonly string[] };
    result: { readonly records: readonly LedgerRecord[] };
  };
  /** Reads: all that have not ended, page by page; a record that moves meanwhile may come twice. */
  live: {
    request: { readonly cursor?: string | undefined };
    result: { readonly records: readonly LedgerRecord[]; readonly cursor?: string | undefined };
  };
}

/** The name of a step, as {@link LedgerSteps} lists them. */
export type StepName = keyof LedgerSteps;
/** What a step is asked with. */
export type StepRequest<S extends StepName> = LedgerSteps[S]["request"];
/** What a step gives. */
export type StepResult<S extends StepName> = LedgerSteps[S]["result"];
