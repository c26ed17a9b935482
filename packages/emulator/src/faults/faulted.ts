import { type Answer, isRefusal, refusal } from "../answer/answer.js";
import { type ErrorText, errorText, jsonType, type Reply, textOf } from "../answer/reply.js";
import type { EmulatorSwitches } from "../switches.js";
import type { Fault } from "./fault.js";

/** When the operation is carried out in relation to the fault's wait. */
function orderOf(fault: Fault): "before" | "after" | "never" {
  if (fault.after === "create") return "before";
  if (fault.after === "refuse") return "never";
  const bringsOwnAnswer =
    fault.body !== undefined || fault.redirectTo !== undefined || fault.drop === true || (fault.status ?? 200) >= 300;
  return bringsOwnAnswer ? "never" : "after";
}

type ErrorShape = Pick<EmulatorSwitches, "errorBody">;

function bodyUnder(fault: Fault, status: number, answer: Answer | undefined, shape: ErrorShape): ErrorText {
  const json = (text: string): ErrorText => ({ text, contentType: fault.contentType ?? jsonType });
  if (status === 204 || status === 304) return json("");
  if (fault.body !== undefined) return json(typeof fault.body === "string" ? fault.body : textOf(fault.body));
  if (fault.redirectTo !== undefined) return json("");
  const keepsAnswer = fault.status === undefined || fault.status < 300;
  if (answer === undefined || !keepsAnswer) return errorText(refusal(status, `Queued fault ${status}`), shape);
  if (isRefusal(answer)) return errorText(answer, shape);
  return json(textOf(fault.set === undefined ? answer.value : fault.set(structuredClone(answer.value))));
}

function spoil(fault: Fault, answer: Answer | undefined, success: number, shape: ErrorShape): Reply {
  if (fault.drop === true) return { kind: "drop" };
  const withoutStatus = fault.body !== undefined ? success : (answer?.status ?? 503);
  const status = fault.status ?? (fault.redirectTo === undefined ? withoutStatus : 302);
  const { text, contentType } = bodyUnder(fault, status, answer, shape);
  return {
    kind: fault.drop === "half" ? "half" : "whole",
    status,
    headers: {
      ...(text === "" && fault.contentType === undefined ? {} : { "content-type": fault.contentType ?? contentType }),
      ...(fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) }),
      ...(fault.redirectTo === undefined ? {} : { location: fault.redirectTo }),
    },
    text,
  };
}

/**
 * What becomes of an operation that meets a fault.
 *
 * @param about - The operation's success status, for faults that bring a body and no status; how errors are written.
 * @param wait - Waits as the fault says; `false` when the emulator ended meanwhile.
 */
export async function meet(
  fault: Fault,
  about: { readonly success: number; readonly shape: ErrorShape },
  carryOut: () => Answer,
  wait: () => Promise<boolean>,
): Promise<Reply> {
  const order = orderOf(fault);
  const early = order === "before" ? carryOut() : undefined;
  if (!(await wait())) return { kind: "drop" };
  return spoil(fault, order === "after" ? carryOut() : early, about.success, about.shape);
}
