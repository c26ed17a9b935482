import { type ConversationState, type StepName, type StepRequest, transitions } from "@equos-broker/core";
import { type Case, cases } from "../case.js";
import { commitRequest, conversationOf, type Desk } from "../desk.js";
import { same } from "../expect.js";

type Standing = ConversationState | "announced" | "absent";

/** Brings the reservation `ann-1` into a state, each by the shortest way. */
const standings: Readonly<Record<Standing, (desk: Desk) => Promise<unknown>>> = {
  absent: async (desk) => {
    await desk.reserved("ben-1");
  },
  reserved: (desk) => desk.reserved("ann-1"),
  unknown: async (desk) => {
    await desk.reserved("ann-1");
    await desk.step("doubt", { reservation: "ann-1", holdMs: 60_000 });
  },
  running: (desk) => desk.start("ann-1"),
  stopping: async (desk) => {
    await desk.start("ann-1");
    await desk.stop("ann-1");
  },
  ended: async (desk) => {
    await desk.start("ann-1");
    await desk.end("ann-1");
  },
  announced: async (desk) => {
    await desk.start("ann-1");
    await desk.end("ann-1");
    await desk.step("announced", { reservation: "ann-1" });
  },
};

interface Order {
  readonly step: StepName;
  readonly from: readonly Standing[];
  readonly to: ConversationState;
  take(desk: Desk): Promise<{ readonly moved: boolean; readonly state: ConversationState } | undefined>;
}

function order<S extends "commit" | "doubt" | "found" | "joined" | "end" | "announced">(
  step: S,
  request: StepRequest<S>,
  from: readonly Standing[],
  to: ConversationState,
): Order {
  return {
    step,
    from,
    to,
    take: async (desk) => {
      const result = await desk.step(step, request);
      return result === null ? undefined : { moved: result.moved, state: result.record.state };
    },
  };
}

function claimOrder<S extends "stop" | "leave" | "keep">(
  step: S,
  request: StepRequest<S>,
  to: ConversationState,
): Order {
  return {
    step,
    from: ["running"],
    to,
    take: async (desk) => {
      const result = await desk.step(step, request);
      return result.claim === "found" ? { moved: result.moved, state: result.record.state } : undefined;
    },
  };
}

const ann = { reservation: "ann-1" };
const { commit, doubt, found, end, stop } = transitions;
const orders: readonly Order[] = [
  order("commit", commitRequest("ann-1"), commit.from, commit.to),
  order("doubt", { ...ann, holdMs: 60_000 }, doubt.from, doubt.to),
  order("found", { ...ann, conversation: conversationOf("ann-1"), reason: "late-answer" }, found.from, found.to),
  claimOrder("stop", { claim: ann, reason: "owner" }, stop.to),
  order("end", { ...ann, reason: "upstream" }, end.from, end.to),
  claimOrder("leave", { claim: ann, graceMs: 3000 }, "running"),
  claimOrder("keep", { claim: ann, keepMs: 90_000 }, "running"),
  order("joined", ann, ["running"], "running"),
  {
    step: "abandon",
    from: ["running"],
    to: "stopping",
    take: async (desk) => {
      const delivery = (await desk.peek("ann-1"))?.deliveries ?? 1;
      const result = await desk.step("abandon", { ...ann, delivery });
      return result === null ? undefined : { moved: result.moved, state: result.record.state };
    },
  },
  order("announced", ann, ["ended"], "ended"),
];

/** Each step in each state: where it may not move it changes nothing. */
export const orderCases: readonly Case[] = orders.flatMap(({ step, from, to, take }) =>
  Object.entries(standings).flatMap(([standing, prepare]) => {
    const may = from.some((state) => state === standing);
    const name = may ? `${standing} → ${to}` : `${standing}: changes nothing`;
    return cases(step, {
      [name]: async (desk) => {
        await prepare(desk);
        const before = await desk.snapshot();
        const outcome = await take(desk);
        if (may) {
          same(outcome, { moved: true, state: to }, "moved");
          return;
        }
        same(outcome?.moved ?? false, false, "not moved");
        same(outcome === undefined, standing === "absent", "a known record is answered, an unknown one is none");
        same(await desk.snapshot(), before, "nothing that can be read has changed");
      },
    });
  }),
);
