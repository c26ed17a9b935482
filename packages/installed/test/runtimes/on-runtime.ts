import { conformance, type OwnAnswer } from "@equos-broker/conformance";
import { afterAll } from "vitest";
import { remoteHost } from "../../src/runtimes/remote-host.js";
import { runtimes } from "../../src/runtimes/runtime.js";

/** A team routes to the handler itself. */
const ownPaths = {
  "a doubled slash before an action": { status: 201, reason: "The team routes itself; only the last segment counts." },
};

export const largeHeaders: Readonly<Record<string, OwnAnswer>> = {
  "start with 20 KB of headers": { status: 201, reason: "Its HTTP server takes headers of that size." },
};

/** The whole conformance suite, with the installed core on this runtime. `own`: what its HTTP server decides by itself. */
export function onRuntime(name: string, own: Readonly<Record<string, OwnAnswer>> = {}): void {
  const runtime = runtimes.find((each) => each.name === name);
  if (runtime === undefined) throw new Error(`No runtime is called ${name}`);
  const { host, end } = remoteHost(runtime, { ...ownPaths, ...own });
  conformance(host);
  afterAll(end);
}
