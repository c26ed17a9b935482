import { type Answer, refusal } from "./answer.js";
import type { Fault } from "./fault.js";
import { jsonType, type Reply, textOf } from "./reply.js";

/** When the operation is carried out in relation to the fault's wait. */
function orderOf(fault: Fault): "before" | "after" | "never" {
  if (fault.after === "create") return "before";
  if (fault.after === "refuse") return "never";
  const bringsOwnAnswer =
    fault.body !== undefined || fault.redirectTo !== undefined || fault.drop === true || (fault.status ?? 200) >= 300;
  return bringsOwnAnswer ? "never" : "after";
}

function textUnder(fault: Fault, status: number, answer: Answer | undefined): string {
  if (status === 204 || status === 304) return "";
  if (fault.body !== undefined) return typeof fault.body === "string" ? fault.body : textOf(fault.body);
  if (fault.redirectTo !== undefined) return "";
  const keepsAnswer = fault.status === undefined || fault.status < 300;
  if (answer === undefined || !keepsAnswer) return textOf(refusal(status, `Queued fault ${status}`).value);
  return textOf(fault.set === undefined ? answer.value : fault.set(structuredClone(answer.value)));
}

function spoil(fault: Fault, answer: Answer | undefined, success: number): Reply {
  if (fault.drop === true) return { kind: "drop" };
  const withoutStatus = fault.body !== undefined ? success : (answer?.status ?? 503);
  const status = fault.status ?? (fault.redirectTo === undefined ? withoutStatus : 302);
  const text = textUnder(fault, status, answer);
  return {
    kind: fault.drop === "half" ? "half" : "whole",
    status,
    headers: {
      ...(text === "" && fault.contentType === undefined ? {} : { "content-type": fault.contentType ?? jsonType }),
      ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
      ...(fault.redirectTo === undefined ? {} : { location: fault.redirectTo }),
    },
    text,
  };
}

/**
 * What becomes of an operation that meets a fault.
 *
 * @param success - The operation's success status, for faults that bring a body and no status.
 * @param wait - Waits as the fault says; `false` when the emulator ended meanwhile.
 */
export async function meet(
  fault: Fault,
  success: number,
  carryOut: () => Promise<Answer>,
  wait: () => Promise<boolean>,
): Promise<Reply> {
  const order = orderOf(fault);
  const early = order === "before" ? await carryOut() : undefined;
  if (!(await wait())) return { kind: "drop" };
  return spoil(fault, order === "after" ? await carryOut() : early, success);
}
