import type { Claim } from "./claim.js";

export interface StopOrder extends Claim {
  /** Number of the delivery that the page holds: an older one than the latest stops nothing. */
  readonly delivery?: number | undefined;
  /** The page closes, or reloads: it cannot tell. The stop waits a moment for somebody to come back. */
  readonly leaving?: boolean | undefined;
}

/** What has become of a conversation that was to be stopped. */
export interface Stopped {
  readonly conversation: {
    readonly id: string;
    /** `stopping`: Equos has not confirmed it yet; the broker goes on trying. */
    readonly status: "running" | "stopping" | "ended";
  };
}

export function stopped(id: string | undefined, state: string): Stopped {
  const status = state === "running" || state === "stopping" ? state : "ended";
  return { conversation: { id: id ?? "", status } };
}
