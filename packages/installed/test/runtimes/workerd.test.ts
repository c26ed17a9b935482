import { largeHeaders, onRuntime } from "./on-runtime.js";

const untold = {
  status: 502,
  reason:
    "A Worker's `fetch` does not tell whether anything was sent, so such a start is in doubt until it is looked for.",
};

onRuntime("workerd", {
  "stops what was started for a client that left while Equos was asked": {
    status: 201,
    reason: "workerd by itself tells a Worker nothing of a client that leaves: the time to join finds what it left.",
  },
  ...largeHeaders,
  "start with a length and chunks at once": { status: 201, reason: "Its HTTP server goes by the chunks." },
  "refuses the connection": untold,
  "has no address": untold,
  "speaks no TLS": untold,
});
