import { type ErrorText, mounted, starting } from "./error-text.js";

/** What a consumer's other conversations, and everybody's, have to do with a request. */
export const conversationErrors = {
  "already-active": {
    from: starting,
    cause: "The consumer has a conversation, and `whenActive` says `reject`.",
    caller: "Stop the running one first.",
  },
  "just-stopped": {
    from: ["token"],
    cause:
      "A fetch within 10 s after the end of the same conversation, as LiveKit's clients send one when their user hangs up or their room is closed.",
    caller: "Nothing after a hang-up. To talk again: fetch again after `Retry-After`.",
  },
  "start-in-flight": {
    from: starting,
    cause: "More of the consumer's requests wait for one start than make sense, or it took too long.",
    caller: "Try again after `Retry-After`.",
  },
  outdated: {
    from: ["stop"],
    cause:
      "The stop carries a `delivery`, and a page with a newer one has the conversation. Nothing was stopped. The header `Equos-Delivery` has the newest number.",
    caller: "If the user hung up: stop again without `delivery`. Otherwise nothing: another page has the conversation.",
  },
  "several-conversations": {
    from: ["stop", "keepalive"],
    cause: "The consumer has several conversations, and the request names none.",
    caller: "Send the `id` or the `token`.",
  },
  "conversation-ended": {
    from: ["keepalive"],
    cause: "The conversation runs no more: it was stopped, or its time is over.",
    caller: "Send no more keep-alives; tell the user, or start anew.",
  },
  "too-many-attempts": {
    from: mounted,
    cause:
      "More than 60 requests of one consumer for the same route in 10 seconds at this server: a loop. Refused before the store is called.",
    caller: "Wait for `Retry-After`, and mend the loop.",
  },
  "too-many-starts": {
    from: starting,
    cause: "`limits.perConsumer.starts` or `limits.perIp.starts` is used up.",
    caller: "Wait for `Retry-After`. For the consumer's own quota `RateLimit` and `RateLimit-Policy` tell the figures.",
    operator: "Raise the limit, if it is too low. Behind a proxy, see that the framework tells the client's address.",
  },
  "seconds-used-up": {
    from: starting,
    cause: "Less than 30 seconds of `limits.perConsumer.seconds` or `limits.perIp.seconds` are left.",
    caller: "Wait for `Retry-After`. For the consumer's own quota `RateLimit` and `RateLimit-Policy` tell the figures.",
  },
  "at-capacity": {
    from: starting,
    cause:
      "`limits.overall` or `limits.perIp.active` is reached. The response has no figures, because they concern other consumers.",
    caller: "Try again after `Retry-After`.",
    operator: "The log names the limit. Raise it, if it is too low.",
  },
  "start-in-doubt": {
    from: starting,
    cause:
      "An earlier start of this consumer was sent and not answered, or its former conversation could not be stopped. Nothing new is started while that is open.",
    caller: "Try again after `Retry-After`.",
    operator: "See the earlier failure in the log.",
  },
  "outcome-unknown": {
    from: starting,
    cause: "Sent, and no answer within `timeouts.startSeconds`. A late answer is stopped, never delivered.",
    caller: "Try again after `Retry-After`, or in a minute.",
    operator: "If it comes often: Equos is slow, or `startSeconds` too short.",
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
