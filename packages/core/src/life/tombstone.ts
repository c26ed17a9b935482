import { BrokerError } from "../errors.js";

/**
 * So long after its end a conversation has no successor for those who fetch without being asked to: LiveKit's clients do
 * when their user hangs up, and when their room was closed.
 */
export const TOMBSTONE_MS = 10_000;

export const justStopped = (milliseconds: number) =>
  new BrokerError("just-stopped", { retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)) });
