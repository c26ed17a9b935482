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
  const { ledger, options } = parts;
  const found = await findClaimed(parts, order);
  const { reservation } = found;
  const id = found.conversation ?? "";
  if (order.leaving) {
    const step = await ledger.leave(reservation, order.delivery, (options.leaveGraceSeconds ?? 3) * 1000);
    if (step?.moved) {
      parts.emit({ type: "conversation.leaving", ...about(parts, step.record), delivery: order.delivery });
      parts.wake();
    }
    return { conversation: { id, status: statusOf(step?.record.state) } };
  }
  const step = await ledger.stop(reservation, reason, order.delivery);
  const record = step?.record ?? found;
  const state = await parts.track(stopUpstream(parts, record));
  return { conversation: { id, status: statusOf(state) } };
}

function statusOf(state: string | undefined): "running" | "stopping" | "ended" {
  return state === "running" || state === "stopping" ? state : "ended";
}
