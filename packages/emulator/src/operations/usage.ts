import { refusal } from "../answer/answer.js";
import type { Conversation } from "../conversations/conversation.js";
import { ok } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

export function usageOperations(setup: Setup) {
  const { conversations, organization, switches } = setup;

  const cycleStart = (): number => {
    if (switches.billingCycle === "ever") return Number.NEGATIVE_INFINITY;
    const now = new Date(organization.clock.now());
    return Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  };

  const secondsOf = (some: readonly Conversation[]): number => {
    const from = cycleStart();
    const inCycle = some.filter(({ startedAt }) => startedAt >= from);
    return inCycle.reduce((sum, conversation) => sum + conversations.stateOf(conversation).billedSeconds, 0);
  };

  const getFreemiumUsage: Carry = () => ok(Math.min(switches.freemiumSeconds, secondsOf(conversations.all())));

  const getUserUsage: Carry = ({ query }) => {
    const [client, ...others] = query.getAll("client");
    if (client === undefined || others.length > 0) return refusal(switches.invalidStatus, ["client must be a string"]);
    const seconds = secondsOf(conversations.ofClient(client));
    return ok(switches.userUsage === "number" ? seconds : { client, seconds });
  };

  return { getFreemiumUsage, getUserUsage };
}
