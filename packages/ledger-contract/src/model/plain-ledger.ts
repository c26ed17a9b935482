import type {
  Claimed,
  Ledger,
  LedgerClaim,
  LedgerIdentity,
  StepName,
  StepRequest,
  StepResult,
} from "@equos-broker/core";
import { adopt } from "./adopt.js";
import { type Books, beginStop, type Entry, entryOf, isIn, newBooks } from "./books.js";
import { claimed, isEntry } from "./claim.js";
import { abandon, isLatest, leave, unwait } from "./deliveries.js";
import { announce, commit, doubt, end, found, join, keep, moving, withdraw } from "./moves.js";
import { reserve } from "./reserve.js";
import { due, forgetOld, retry } from "./time.js";
import { bury } from "./tombstones.js";

/** Options of the plain ledger. */
export interface PlainLedgerOptions {
  readonly clock: { now(): number };
  /** Behave as one that other processes use as well. */
  readonly shared?: boolean;
}

type Rules = { readonly [S in StepName]: (request: StepRequest<S>, now: number) => StepResult<S> };

const reads: readonly StepName[] = ["find", "lookUp", "live"];

/**
 * A ledger that is written to be read beside the interface, rule by rule: arrays and scans, nothing clever. The suite
 * compares other ledgers with it. Not for production: it gets slower with every conversation.
 */
export function plainLedger(options: PlainLedgerOptions): Ledger {
  return plainModel(options).ledger;
}

/** The same, for those who look into the books as well. */
export function plainModel({ clock, shared = false }: PlainLedgerOptions): {
  readonly ledger: Ledger;
  readonly books: Books;
} {
  const books = newBooks(shared);
  let identity: Omit<LedgerIdentity, "now"> | undefined;
  let sequence = 0;

  /** Runs `change` on what the claim names; the entry has moved if that says so. */
  const claiming = (claim: LedgerClaim, change: (entry: Entry) => boolean): Claimed => {
    const entry = claimed(books, claim);
    return isEntry(entry) ? { claim: "found", moved: change(entry), record: entry.record } : entry;
  };

  const rules: Rules = {
    reserve: (request, now) => reserve(books, request, now),
    commit: (request, now) => commit(books, request, now),
    doubt: ({ reservation, holdMs }, now) => moving(books, reservation, (entry) => doubt(entry, holdMs, now)),
    found: ({ reservation, conversation, reason }, now) =>
      moving(books, reservation, (entry) => found(entry, conversation, reason, now)),
    stop: ({ claim, reason, delivery, unjoined }, now) =>
      claiming(claim, (entry) => {
        if (!isIn(entry, "running") || !isLatest(entry, delivery)) return false;
        if (unjoined === true && entry.record.joined) return false;
        beginStop(entry, reason, now);
        bury(books, entry.record, reason, now);
        return true;
      }),
    leave: ({ claim, graceMs, delivery }, now) => claiming(claim, (entry) => leave(entry, graceMs, delivery, now)),
    keep: ({ claim, keepMs }, now) => {
      const answer = claiming(claim, (entry) => keep(entry, keepMs, now));
      return answer.claim === "in-flight" ? { claim: "none" } : answer;
    },
    joined: ({ reservation }) =>
      moving(books, reservation, (entry) => {
        const moved = join(entry);
        books.joinSeen ||= moved;
        return moved;
      }),
    abandon: ({ reservation, delivery }, now) => abandon(books, reservation, delivery, now),
    withdraw: (request, now) => withdraw(books, request, now),
    unwait: ({ reservation, waiter }, now) => unwait(books, reservation, waiter, now),
    end: ({ reservation, reason, ...told }, now) =>
      moving(books, reservation, (entry) => end(books, entry, reason, told, now)),
    announced: ({ reservation }, now) => moving(books, reservation, (entry) => announce(entry, now)),
    retry: ({ reservation, attempts, afterMs }, now) =>
      moving(books, reservation, (entry) => retry(entry, attempts, afterMs, now)),
    due: ({ limit }, now) => due(books, limit, now),
    adopt: (request, now) => adopt(books, request, now),
    lease: ({ name, holder, ms }, now) => {
      const duty = books.duties.get(name);
      const granted = duty === undefined || duty.holder === holder || duty.until <= now;
      if (granted) books.duties.set(name, { holder, until: now + ms });
      return { granted };
    },
    recovered: () => {
      books.recovering = false;
      return null;
    },
    rekey: ({ from, to }) => {
      const moved = identity?.key === from;
      if (identity !== undefined && moved) identity = { ...identity, key: to };
      return { moved };
    },
    find: ({ claim }) => claiming(claim, () => false),
    lookUp: ({ reservations }) => ({
      records: reservations.flatMap((reservation) => entryOf(books, reservation)?.record ?? []),
    }),
    live: () => ({
      records: books.entries.filter((entry) => !isIn(entry, "ended")).map(({ record }) => record),
    }),
  };

  const ledger: Ledger = {
    shared,
    open: async ({ nonce, key }) => {
      const now = clock.now();
      identity ??= { id: `${now.toString(36)}-${nonce}`, key };
      return { ...identity, now };
    },
    step: async (name, request, context) => {
      const now = clock.now();
      if (context.ledger !== identity?.id) return { now, refused: "lost" };
      if (now > context.notAfter && !reads.includes(name)) return { now, refused: "late" };
      if (shared && context.seen > sequence) {
        books.recovering = true;
        sequence = context.seen;
      }
      forgetOld(books, now);
      if (shared && !reads.includes(name)) sequence += 1;
      return { now, sequence, result: rules[name](request, now) };
    },
  };
  return { ledger, books };
}
