import { afterAll, beforeAll, describe, it } from "vitest";
import type { Host } from "./host.js";
import { Stage } from "./stage.js";
import { conversationCases } from "./suite-conversations.js";
import { departureCases } from "./suite-departures.js";
import { requestCases } from "./suite-requests.js";
import { upstreamSuite } from "./suite-upstream.js";

export { type Answer, type Call, call, json } from "./client.js";
export type { AnyBroker, Host, HostParser, ListeningHost } from "./host.js";
export { LeakWatch } from "./leak-watch.js";
export { Stage } from "./stage.js";

/** Declares every case for one host. Call it in a test file of the adapter. */
export function conformance(host: Host): void {
  describe(host.name, () => {
    let stage: Stage | undefined;
    const open = (): Stage => {
      if (stage === undefined) throw new Error("The stage is not open");
      return stage;
    };
    beforeAll(async () => {
      stage = await Stage.open(host);
    });
    afterAll(async () => await stage?.close());

    describe("conversations", () => conversationCases(open));
    describe("clients that leave", () => departureCases(open));
    describe("bad requests", () => requestCases(host, open));
    describe("Equos in trouble", () => upstreamSuite(host, open));
    it("shows no key, token or prompt to anybody, in all of that", () => open().expectNoLeak());
  });
}
