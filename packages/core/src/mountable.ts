import { BrokerError } from "./errors.js";

/**
 * For adapters: refuses at mounting what could only fail at the first request.
 *
 * @throws BrokerError `invalid-option`
 */
export function checkMountable(broker: unknown): void {
  // Only looked at: both may be anything.
  const { actions, handle } = (broker ?? {}) as Partial<Record<"actions" | "handle", unknown>>;
  if (Array.isArray(actions) && typeof handle === "function") return;
  throw new BrokerError("invalid-option", { hint: "What is mounted must be a ConversationBroker" });
}
