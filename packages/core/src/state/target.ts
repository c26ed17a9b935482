import { type Draft, toDecision } from "./draft.js";
import type { ConsumerState, ConversationRecord } from "./state.js";

/** Which conversation of the consumer a caller means. Without any field: the only live one, or else the only one that stops. */
export interface Target {
  readonly reservation?: string | undefined;
  /** Keyed hash of the conversation's token. */
  readonly token?: string | undefined;
  /** Equos' id. Beside a token, it must be the token's. */
  readonly conversation?: string | undefined;
}

export type TargetOutcome =
  /** `changed`: this very call changed something. */
  | { readonly outcome: "found"; readonly record: ConversationRecord; readonly changed: boolean }
  | { readonly outcome: "not-found" }
  /** Only the consumer was given, and it has several conversations. */
  | { readonly outcome: "ambiguous" }
  /** Its start is under way: ask again when it has settled, with the record's `firstGeneration`. */
  | { readonly outcome: "pending"; readonly reservation: string };

export const asFound = (record: ConversationRecord, changed: boolean) =>
  ({ outcome: "found", record, changed }) as const;

export const findRecord = ({ records }: ConsumerState, reservation: string): ConversationRecord | undefined =>
  records.find((record) => record.reservation === reservation);

/** Makes a function that changes the record that a caller means. One that does not run stays as it is. */
export const changeRunning = <R extends Target, T = TargetOutcome>(
  apply: (draft: Draft, record: ConversationRecord, request: R) => T,
) =>
  toDecision((draft, request: R): TargetOutcome | T => {
    const [record, other] = findCandidates(draft.state, request);
    if (record === undefined) return { outcome: "not-found" };
    if (other !== undefined) return { outcome: "ambiguous" };
    if (record.status === "reserved") return { outcome: "pending", reservation: record.reservation };
    return record.status === "running" ? apply(draft, record, request) : asFound(record, false);
  });

const KEYS = ["reservation", "token", "conversation"] as const;

function findCandidates({ records }: ConsumerState, target: Target): readonly ConversationRecord[] {
  const keys = KEYS.filter((key) => target[key] !== undefined);
  if (keys.length > 0) return records.filter((record) => keys.every((key) => record[key] === target[key])).slice(0, 1);
  const live = records.filter(({ status }) => status === "reserved" || status === "running");
  return live.length > 0 ? live : records.filter(({ status }) => status === "stopping");
}
