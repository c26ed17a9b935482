import type { ConsumerState, ConversationRecord } from "./state.js";

/** Which conversation of the consumer a caller means. With none of these: the only one. */
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

export const found = (record: ConversationRecord, changed: boolean) => ({ outcome: "found", record, changed }) as const;

/** Returns the record that a caller means. Without any field: the only live one, or else the only one that stops. */
export function findTarget({ records }: ConsumerState, { reservation, token, conversation }: Target): TargetOutcome {
  if (reservation === undefined && token === undefined && conversation === undefined) return findOnly(records);
  const record = records.find(
    (candidate) =>
      (reservation === undefined || candidate.reservation === reservation) &&
      (token === undefined || candidate.token === token) &&
      (conversation === undefined || candidate.conversation === conversation),
  );
  return record === undefined ? { outcome: "not-found" } : settled(record);
}

function findOnly(records: readonly ConversationRecord[]): TargetOutcome {
  const live = records.filter(({ status }) => status === "reserved" || status === "running");
  const candidates = live.length > 0 ? live : records.filter(({ status }) => status === "stopping");
  const [record, second] = candidates;
  if (record === undefined) return { outcome: "not-found" };
  return second === undefined ? settled(record) : { outcome: "ambiguous" };
}

function settled(record: ConversationRecord): TargetOutcome {
  if (record.status !== "reserved") return found(record, false);
  return { outcome: "pending", reservation: record.reservation };
}
