import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import type { Host } from "./host.js";
import "./row.js";
import { Stage } from "./stage.js";
import { conversationCases } from "./suite-conversations.js";
import { corsCases } from "./suite-cors.js";
import { departureCases } from "./suite-departures.js";
import { requestCases } from "./suite-requests.js";
import { tokenCases } from "./suite-token.js";
import { upstreamSuite } from "./suite-upstream.js";

export type { Listeners, Settings } from "./broker-under-test.js";
export { type Answer, type Call, call, json } from "./client.js";
export {
  type AnyBroker,
  type Elsewhere,
  type Host,
  type HostParser,
  type ListeningHost,
  type LocalHost,
  type OwnAnswer,
  pageOrigin,
  type RemoteHost,
} from "./host.js";
export { LeakWatch } from "./leak-watch.js";
export { deliveryOf, expectGrant, expectProblem, type GrantAnswer, type Problem } from "./problem.js";
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

    const groups = {
      conversations: () => conversationCases(open),
      "clients that leave": () => departureCases(host, open),
      requests: () => requestCases(host, open),
      "LiveKit's token endpoint": () => tokenCases(host),
      "pages of another origin": () => corsCases(host),
      "Equos in trouble": () => upstreamSuite(host, open),
    };
    for (const [group, declare] of Object.entries(groups)) {
      describe(group, () => {
        beforeEach(({ task }) => {
          task.meta.conformance = { column: host.column, group };
        });
        declare();
      });
    }
    it("shows no key, token or prompt to anybody, in all of that", () => open().expectNoLeak());
  });
}
