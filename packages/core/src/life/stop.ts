import type { LedgerRecord } from "../ledger/ledger.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { about } from "./announce.js";
import { stopUpstream } from "./end.js";
import { type Claim, findClaimed } from "./find.js";

export interface StopOrder extends Claim {
  /** Number of the delivery that the page holds: an older one than the latest stops nothing. */
  readonly delivery?: number | undefined;
  /** The page closes, or reloads: it cannot tell. The stop waits a moment for somebody to come back. */
  readonly leaving?: boolean | undefined;
}

export interface Stopped {
  readonly conversation: {
    readonly id: string;
    /** `stopping`: Equos has not confirmed it yet; the broker goes on trying. */
    readonly status: "running" | "stopping" | "ended";
  };
}

export async function stopConversation(parts: Parts, order: StopOrder, reason: EndReason): Promise<Stopped> {
  const found = await findClaimed(parts, order);
  const { record } = found;
  const delivery = order.delivery ?? found.delivery;
  const state = order.leaving ? await leave(parts, record, delivery) : await stopNow(parts, record, reason, delivery);
  return { conversation: { id: record.conversation ?? "", status: statusOf(state) } };
}

async function leave(parts: Parts, { reservation }: LedgerRecord, delivery: number | undefined) {
  const step = await parts.ledger.leave(reservation, delivery, (parts.options.leaveGraceSeconds ?? 3) * 1000);
  if (step?.moved) {
    parts.emit({ type: "conversation.leaving", ...about(parts, step.record), delivery });
    parts.wake();
  }
  return step?.record.state;
}

async function stopNow(parts: Parts, found: LedgerRecord, reason: EndReason, delivery: number | undefined) {
  const step = await parts.ledger.stop(found.reservation, reason, delivery);
  return await parts.track(stopUpstream(parts, step?.record ?? found));
}

function statusOf(state: string | undefined): "running" | "stopping" | "ended" {
  return state === "running" || state === "stopping" ? state : "ended";
}
