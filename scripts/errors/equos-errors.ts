import { type ErrorText, type Route, starting } from "./error-text.js";

/** Also where Equos is asked for its list. */
const asking: readonly Route[] = [...starting, "cron"];
const operatorActs = "Nothing: the server's operator has to act.";
const later = "Try again later.";
const doubt = "The start is in doubt: for a while another one gets `start-in-doubt`.";

/** What Equos did to the broker's call. Its own words stand in the server's log, masked, and nowhere else. */
export const equosErrors = {
  "upstream-unauthorized": {
    from: asking,
    cause: "Equos answered 401.",
    caller: operatorActs,
    operator: "The API key is wrong, or disabled in Studio.",
  },
  "upstream-forbidden": {
    from: asking,
    cause: "Equos answered 403.",
    caller: operatorActs,
    operator: "The log has Equos' reason.",
  },
  "upstream-no-credit": {
    from: asking,
    cause: "Equos answered 402.",
    caller: later,
    operator: "Check the organization's credit in Studio.",
  },
  "upstream-not-found": {
    from: asking,
    cause: "Equos answered 404.",
    caller: operatorActs,
    operator: "Usually a wrong character id in `characters`.",
  },
  "upstream-conflict": {
    from: asking,
    cause: "Equos answered 409.",
    caller: later,
    operator: "The log has Equos' reason.",
  },
  "upstream-rejected": {
    from: asking,
    cause: "Equos answered 400, 422 or another 4xx.",
    caller: operatorActs,
    operator: "The log has Equos' reason; see what the option `conversation` gives.",
  },
  "upstream-busy": {
    from: asking,
    cause: "Equos answered 429. Its `Retry-After` is passed on.",
    caller: "Try again after `Retry-After`.",
    operator: "If it comes often, ask Equos for a higher limit, or set `limits.overall` below it.",
  },
  "upstream-redirected": {
    from: asking,
    cause: "Equos answered 3xx. Redirects are never followed: the key would go along.",
    caller: operatorActs,
    operator: "Check `endpoint`.",
  },
  "upstream-unreachable": {
    from: asking,
    cause: "No connection: name not found, refused, TLS. Nothing was sent.",
    caller: "Try again after `Retry-After`.",
    operator: "Check `endpoint` and the network.",
  },
  "upstream-unavailable": {
    from: asking,
    cause: `Equos answered 503. ${doubt}`,
    caller: "Try again after `Retry-After`.",
  },
  "upstream-error": {
    from: asking,
    cause: `Equos answered another 5xx. ${doubt}`,
    caller: later,
  },
  "upstream-disconnected": {
    from: asking,
    cause: `The connection broke after the request was sent. ${doubt}`,
    caller: later,
  },
  "upstream-invalid-answer": {
    from: asking,
    cause: "Not JSON, or not a conversation. With an id in it, it was stopped; without one, the start is in doubt.",
    caller: later,
    operator: "The log says which fields are wrong. See whether something else answers at `endpoint`.",
  },
  "upstream-incomplete-answer": {
    from: starting,
    cause: "No `serverUrl` or no token. The conversation was stopped.",
    caller: later,
    operator: "With a LiveKit server of your own: check what the option `conversation` gives as `host`.",
  },
  "upstream-not-running": {
    from: starting,
    cause: "Started with a status other than `running`. It was stopped.",
    caller: later,
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
