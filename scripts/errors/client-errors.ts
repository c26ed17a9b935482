import type { ProblemCode } from "../../packages/client/src/problem-code.js";
import type { ErrorCode } from "../../packages/core/src/errors.js";

/** What the browser client throws besides what the broker answers. A code that is missing does not compile. */
export const clientErrors: Readonly<Record<Exclude<ProblemCode, ErrorCode>, { cause: string; caller: string }>> = {
  unreachable: {
    cause: "The request did not get through, or no answer came back.",
    caller: "Try again. A start that did get through is handed out again, unless `whenActive` says otherwise.",
  },
  timeout: {
    cause:
      "No answer within 60 s for a start, 20 s for anything else. Or the option `headers` took more than 5 s for a start.",
    caller: "Try again in a moment.",
  },
  "headers-failed": {
    cause: "The option `headers` threw, rejected, or returned an invalid header. The start was not sent.",
    caller: "Renew the login, then try again. The error is in `cause`.",
  },
  "unexpected-answer": {
    cause:
      "The answer is not the broker's: a redirect, a login page, a proxy's error page, another status or content type.",
    caller:
      "Check that `url` is where the broker is mounted, and that nothing in front of it redirects or rewrites answers.",
  },
};
