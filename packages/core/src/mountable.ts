import { BrokerError } from "./errors.js";

/**
 * For adapters: refuses at mounting what could only fail at the first request.
 *
 * @throws BrokerError `invalid-option`
 */
export function checkMountable(broker: unknown): void {
  const mountable =
    typeof broker === "object" && broker !== null && "handle" in broker && typeof broker.handle === "function";
  if (!mountable) throw new BrokerError("invalid-option", { hint: "What is mounted must be a ConversationBroker" });
}
