import type { LedgerRecord } from "@equos-broker/core";
import type { Call } from "./calls.js";
import type { Numbers } from "./numbers.js";

/** An answer without what two right ledgers may differ in. */
export function comparable({ step, request }: Call, result: unknown, numbers: Numbers): unknown {
  const answer = plain(result, numbers);
  if (!isObject(answer)) return answer;
  // In flight: the number to come is another one in another ledger.
  if ("claim" in answer && "delivery" in answer) return { ...answer, delivery: "the next" };
  // Whether adopting one counts as a look at it is not said.
  if (step === "reserve" && "check" in answer && fieldOf(answer.record, "fingerprint") === "") {
    return { ...answer, check: "perhaps" };
  }
  // An end that was announced comes up no more, whenever it is given back.
  if (step === "retry" && fieldOf(answer.record, "state") === "ended" && fieldOf(answer.record, "payload") === "") {
    return { ...answer, moved: "perhaps" };
  }
  const owner = step === "commit" ? request.reservation : fieldOf(answer.record, "reservation");
  if ("delivery" in answer && answer.delivery !== 0) {
    return { ...answer, delivery: numbers.which(String(owner), Number(answer.delivery)) };
  }
  // What has no order.
  if ("replaces" in answer) return { ...answer, replaces: sorted(answer.replaces) };
  if (step === "live" || step === "withdraw" || (step === "due" && request.limit === all)) {
    return { ...answer, records: sorted(answer.records) };
  }
  // The limit of all together says nothing of the consumer's own.
  if (answer.by === "overall-active") return { ...answer, readings: [] };
  return answer;
}

/** A `limit` that leaves nothing for later. */
export const all = 100;

function plain(value: unknown, numbers: Numbers): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, numbers));
  if (!isObject(value)) return value;
  if ("reservedAt" in value) return plainRecord(value as unknown as LedgerRecord, numbers); // Only records have that.
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, plain(item, numbers)]));
}

function plainRecord(record: LedgerRecord, numbers: Numbers): unknown {
  const { endsAt, attempts, ...rest } = record;
  numbers.note(record);
  return {
    ...rest,
    deliveries: numbers.which(record.reservation, record.deliveries),
    // Nobody knows when one that was found ends by itself.
    ...(endsAt === undefined || record.startedAt === record.reservedAt ? {} : { endsAt }),
    // It is forgotten: nobody can give it back.
    ...(record.reason === "given-up" ? {} : { attempts }),
  };
}

function sorted(records: unknown): unknown[] {
  const key = (record: unknown): string => String(fieldOf(record, "reservation"));
  return Array.isArray(records) ? records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) : [];
}

const fieldOf = (value: unknown, field: string): unknown => (isObject(value) ? value[field] : undefined);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
