import { all, type ErrorText, mounted, starting } from "./error-text.js";

/** What can be wrong with a request, and with who sends it. */
export const requestErrors = {
  "unknown-action": {
    from: [],
    cause:
      "The path's last segment is none of the routes. Only from `toFetchHandler`, `serveFetch` and `toNodeHandler`; below a framework's mount it is the host's own 404.",
    caller: "Correct the URL.",
  },
  "method-not-allowed": {
    from: all,
    cause: "The method is not POST (for `cron`: neither GET nor POST). The answer names those that are in `Allow`.",
    caller: "POST.",
  },
  "unsupported-media-type": {
    from: mounted,
    cause:
      "`start` and `token` take `application/json` only, which another site's form cannot send. `stop` and `keepalive` also take `text/plain`, as a closing page sends it, and anything without a body.",
    caller: "Set `Content-Type: application/json`.",
  },
  "origin-refused": {
    from: mounted,
    cause: "The page is on another origin, or a proxy has changed the `Host` header. The message names the origin.",
    caller: "Nothing: a page cannot change its origin.",
    operator: "List the origin in `allowedOrigins`, or set `publicOrigin` behind such a proxy. The log has a warning.",
  },
  "body-too-large": {
    from: mounted,
    cause: "More than 16 KB; nothing that the routes take comes near that.",
    caller: "Send only the documented fields.",
  },
  "body-timeout": {
    from: mounted,
    cause: "The body was not whole after `timeouts.bodySeconds`. The connection is closed.",
    caller: "Send it again in one piece.",
  },
  "body-unreadable": {
    from: mounted,
    cause:
      "The client broke off, or something before the broker has consumed the stream and left nothing in `req.body`.",
    caller: "Send it again.",
    operator: "If it comes each time: mount the broker before what reads bodies, or use a parser that keeps them.",
  },
  "malformed-json": {
    from: mounted,
    cause: "The body is no JSON, or its bytes are not UTF-8.",
    caller: "Send JSON.",
  },
  "invalid-body": {
    from: mounted,
    cause:
      "JSON, and not an object of the documented fields. The message names the field, when its name is plainly one.",
    caller: "Send what [the OpenAPI document](openapi.yaml) describes.",
  },
  "invalid-input": {
    from: starting,
    cause:
      "The schema of the option `input` refuses `input` (for `token`: the agent's `metadata`), or there is no such option. The message names the place, never the value.",
    caller: "Send what this server's schema takes.",
    operator: "Without the option `input` no input is taken.",
  },
  "unknown-character": {
    from: ["start"],
    cause: "`character` is none of the aliases of the option `characters`, or was left out where there are several.",
    caller: "Send one of the names that this site offers; never an Equos id.",
    operator: "Add the alias to `characters`; the one called `default` is taken where none is named.",
  },

  unauthorized: {
    from: all,
    cause:
      "`authorize` knew nobody. On `stop` and `keepalive`: and no token of the conversation was sent. On `cron`: the secret is missing or wrong.",
    caller: "Sign in, or reload the page, and try again.",
    operator: "If users are signed in: see that what reads their session runs before the broker.",
  },
  forbidden: {
    from: mounted,
    cause:
      "`authorize` threw an error with `statusCode` 403. From `token` also: `participant_identity` is somebody else's.",
    caller: "Do not try again. On `token`, leave `participant_identity` out.",
  },
  "conversation-refused": {
    from: starting,
    cause: "The option `conversation` gave `null`.",
    caller: "Do not try again with the same.",
  },
  "unknown-agent": {
    from: ["token"],
    cause: "`agent_name` is none of the aliases of the option `characters`, or was left out where there are several.",
    caller: "Send one of the names that this site offers as the agent's name; never an Equos id.",
    operator: "Add the alias to `characters`.",
  },
  "not-found": {
    from: ["stop", "keepalive"],
    cause: "A foreign conversation and an unknown one get the same answer; so does an `id` that is not the `token`'s.",
    caller: "Forget the conversation.",
  },
} as const satisfies Readonly<Record<string, ErrorText>>;
