import { type Draft, decide, openDraft } from "./draft.js";
import type { ConsumerState, ConversationRecord, Decision } from "./state.js";

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

/** Applies a change to the record that a caller means. One that does not run stays as it is. */
export function changeRunning<T = never>(
  state: ConsumerState,
  target: Target,
  now: number,
  apply: (record: ConversationRecord, draft: Draft) => TargetOutcome | T,
): Decision<TargetOutcome | T> {
  const [record, other] = findCandidates(state, target);
  if (record === undefined) return { outcome: { outcome: "not-found" } };
  if (other !== undefined) return { outcome: { outcome: "ambiguous" } };
  if (record.status === "reserved") return { outcome: { outcome: "pending", reservation: record.reservation } };
  if (record.status !== "running") return { outcome: asFound(record, false) };
  const draft = openDraft(state, now);
  return decide(draft, apply(record, draft));
}

const KEYS = ["reservation", "token", "conversation"] as const;

function findCandidates({ records }: ConsumerState, target: Target): readonly ConversationRecord[] {
  const keys = KEYS.filter((key) => target[key] !== undefined);
  if (keys.length > 0) return records.filter((record) => keys.every((key) => record[key] === target[key])).slice(0, 1);
  const live = records.filter(({ status }) => status === "reserved" || status === "running");
  return live.length > 0 ? live : records.filter(({ status }) => status === "stopping");
}
