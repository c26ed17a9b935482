import type { ErrorCode } from "../../packages/core/src/errors.js";
import { conversationErrors } from "./conversation-errors.js";
import { equosErrors } from "./equos-errors.js";
import type { ErrorText } from "./error-text.js";
import { requestErrors } from "./request-errors.js";
import { brokerErrors, settingErrors } from "./server-errors.js";

/**
 * What the docs say of each code, beside the table of core, which has the status and the public message. It stands here
 * and not there because no server needs it at run time. A code that is missing does not compile.
 */
export const errorTexts: Readonly<Record<ErrorCode, ErrorText>> = {
  ...requestErrors,
  ...conversationErrors,
  ...settingErrors,
  ...equosErrors,
  ...brokerErrors,
};

/** By the place in the way of a request: the heading, and the first code below it, in the order of core's table. */
export const headings: Readonly<Partial<Record<ErrorCode, string>>> = {
  "unknown-action": "The request",
  unauthorized: "Who asks",
  "already-active": "The consumer's conversations",
  "invalid-option": "The team's own code and settings",
  "upstream-unauthorized": "Equos",
  "start-too-late": "The broker",
};
