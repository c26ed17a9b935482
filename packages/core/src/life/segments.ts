import type { Consumer } from "../consumer.js";
import { BrokerError } from "../errors.js";
import type { Parts } from "../parts.js";
import { teamCode } from "./team-code.js";

const DAY_MS = 86_400_000;

/** The segment that Equos files a conversation under. */
export async function clientOf(parts: Parts, consumer: Consumer): Promise<string> {
  const { client } = parts.options;
  if (client === undefined) return segmentOf(parts, parts.clock.now());
  const segment = await teamCode(parts, "client", () => client({ consumer }));
  if (typeof segment === "string" && segment !== "") return segment;
  throw new BrokerError("conversation-failed", { hint: "The option client gave no text" });
}

/** One a day, so that what may still run is found in few and short lists. */
function segmentOf({ options }: Parts, time: number): string {
  const day = new Date(time).toISOString().slice(0, 10).replaceAll("-", "");
  return `${options.deployment ?? "equos-broker"}/${day}`;
}

/**
 * Where everything of this deployment is that may still run: nothing lasts longer than a day, and servers' clocks may
 * differ. With segments of the team's own it can be anywhere: `undefined`, all of the organization.
 */
export function segmentsThatMayRun(parts: Parts): readonly (string | undefined)[] {
  if (parts.options.client !== undefined) return [undefined];
  const now = parts.clock.now();
  return [...new Set([now - DAY_MS - 600_000, now - DAY_MS, now, now + 600_000].map((time) => segmentOf(parts, time)))];
}
