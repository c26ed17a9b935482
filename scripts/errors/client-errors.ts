import type { ProblemCode } from "../../packages/client/src/problem-code.js";
import type { ErrorCode } from "../../packages/core/src/errors.js";

/** What the browser client throws besides what the broker answers. A code that is missing does not compile. */
export const clientErrors: Readonly<Record<Exclude<ProblemCode, ErrorCode>, { cause: string; caller: string }>> = {
  unreachable: {
    cause: "The request did not get through, or no answer came back.",
    caller: "Try again. A start that did get through is handed out again, unless `whenActive` says otherwise.",
  },
  timeout: {
    cause: "No answer within 60 s for a start, 20 s for anything else.",
    caller: "Try again in a moment.",
  },
  "unexpected-answer": {
    cause: "The answer is none of a broker's: a page of a proxy's, most often, or another server's.",
    caller: "Check that `url` is where the broker is mounted. The status tells who answered.",
  },
};
