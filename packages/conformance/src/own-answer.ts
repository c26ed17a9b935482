import type { Case } from "./cases/case.js";
import type { Host, OwnAnswer } from "./host.js";

/** What the host makes of a case by itself; `undefined` where the broker answers. */
export function ownAnswer(host: Host, one: Case): OwnAnswer | undefined {
  const own = host.own?.[one.name];
  if (own !== undefined) return own;
  const { status } = one.expect;
  if (host.parser !== "none" && one.notBehindParser !== undefined) return { status: 0, reason: one.notBehindParser };
  if (one.parserAnswers?.includes(host.parser)) {
    return { status, reason: "The host's body parser refuses it first, with an answer of its own." };
  }
  if (one.hostAnswers404 && host.knowsMount) {
    return {
      status,
      reason: "Below a mount that the framework knows, all but the broker's own actions is the host's.",
    };
  }
  return one.serverAnswers === undefined ? undefined : { status, reason: one.serverAnswers };
}
