import { all, type ErrorText, mounted, starting } from "./error-text.js";

const later = "Nothing: the server's operator has to act.";
const inAMoment = "Try again in a moment.";

/** The team's own code and settings. */
export const settingErrors = {
  "invalid-option": {
    from: ["start", "token", "cron"],
    cause:
      "Thrown at construction, where the error's own message names the option and what it takes. At a request: `EQUOS_ENDPOINT`, or what the option `limits` gave.",
    caller: later,
    operator: "Correct the option that the log names.",
  },
  "store-not-shared": {
    from: all,
    cause:
      "The environment shows several instances (PM2, a Node cluster, Lambda, Vercel, Cloud Run, Workers, …), and each would have a memory store of its own.",
    caller: later,
    operator: "Use `redisStore`, or `memoryStore({ singleProcess: true })` if there is only this one.",
  },
  "store-misconfigured": {
    from: all,
    cause: "Redis could evict entries by itself.",
    caller: later,
    operator:
      "Set Redis' `maxmemory-policy` to `noeviction`; one that does not tell it needs `redisStore(client, { noEviction: true })`.",
  },
  "secret-missing": {
    from: all,
    cause:
      "A shared store, `visitors` or `cronHandler` was given no `secret`. Found at first use, because a build has no secrets.",
    caller: later,
    operator: "Give a random `secret` of 32 characters or more.",
  },
  "secret-mismatch": {
    from: all,
    cause:
      "The option `secret` does not decrypt what the store holds: another secret is in use, or another deployment opened the store.",
    caller: later,
    operator: "Give the one in use as well, or this deployment a `prefix` of its own.",
  },
  "deployment-missing": {
    from: [],
    cause: "Only from `broker.reconcile()`: without the option `deployment` it cannot tell what is its own.",
    caller: later,
    operator: "Set `deployment`.",
  },
  "api-key-missing": {
    from: ["start", "token", "cron"],
    cause: "There is no API key.",
    caller: later,
    operator: "Set `EQUOS_API_KEY`, or give the option `apiKey` or `equos`.",
  },
  "api-key-invalid": {
    from: ["start", "token", "cron"],
    cause:
      "The API key has a character that no header can carry, such as a line break inside or a letter with an accent.",
    caller: later,
    operator: "Copy the key again; the log says which character it is. Whitespace around the key is ignored.",
  },
  "api-key-failed": {
    from: ["start", "token", "cron"],
    cause: "The option `apiKey` is a function that threw or gave no string.",
    caller: inAMoment,
    operator: "The log has its error.",
  },
  "character-missing": {
    from: starting,
    cause:
      "There is neither the option `characters` nor `EQUOS_CHARACTER_ID`, or the alias has no character id: its variable is not set.",
    caller: later,
    operator: "Set the variable or the option that the log names.",
  },
  "authorize-missing": {
    from: starting,
    cause: "Without the option `authorize` nobody can start over HTTP.",
    caller: later,
    operator: "Give `authorize`.",
  },
  "authorize-failed": {
    from: mounted,
    cause: "`authorize` threw, or gave headers that cannot be sent.",
    caller: inAMoment,
    operator: "The log has the error.",
  },
  "authorize-timeout": {
    from: mounted,
    cause: "`authorize` took longer than `timeouts.authorizeSeconds`.",
    caller: inAMoment,
    operator: "Find out what it waits for.",
  },
  "invalid-identity": {
    from: mounted,
    cause:
      "`authorize` gave a consumer whose identity or tenant is not 1 to 128 printable characters, or reads `undefined`, `null`, `[object Object]`.",
    caller: later,
    operator: "Give an id of your own, as a string; the log says which field is wrong.",
  },
  "conversation-failed": {
    from: starting,
    cause: "One of the options `input`, `limits`, `conversation` or `client` threw, or gave what it may not.",
    caller: inAMoment,
    operator: "The log says which, and has the error.",
  },
  "conversation-timeout": {
    from: starting,
    cause: "One of `input`, `limits` and `conversation` took longer than `timeouts.hookSeconds`.",
    caller: inAMoment,
    operator: "The log says which.",
  },
} as const satisfies Readonly<Record<string, ErrorText>>;

/** The broker's own. */
export const brokerErrors = {
  "start-too-late": {
    from: starting,
    cause:
      "The server was held up (a pause, a long stop) between its reservation and the call, so it did not call. Nothing was started.",
    caller: "Try again after `Retry-After`.",
  },
  "store-unavailable": {
    from: all,
    cause:
      "The store failed, did not answer within `timeouts.storeSeconds`, or has lost data and is being recovered. Until then nothing starts.",
    caller: "Try again after `Retry-After`.",
    operator: "Check the store; the log has its error.",
  },
  "broker-closed": {
    from: starting,
    cause: "`close()` was called.",
    caller: "Try again after `Retry-After`: another server, or the next one, answers.",
  },
  "internal-error": {
    from: all,
    cause: "A defect, of ours or of a host's adapter.",
    caller: "Try again later.",
    operator: "The log has it, under the answer's `instance`. Please report it.",
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
