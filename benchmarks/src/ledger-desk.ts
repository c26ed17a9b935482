import type { Ledger, StepName, StepRequest, StepResult } from "@equos-broker/core";
import { conversationId, flat, grant, id, identity } from "./invented.js";

/** A ledger that is asked as the broker asks it, without the broker. */
export interface Desk {
  take<S extends StepName>(name: S, request: StepRequest<S>): Promise<StepResult<S>>;
}

export async function openDesk(ledger: Ledger): Promise<Desk> {
  const { id } = await ledger.open({ nonce: "benchmar", key: "none" });
  const context = { ledger: id, notAfter: Number.POSITIVE_INFINITY, seen: 0 };
  return {
    async take(name, request) {
      const answer = await ledger.step(name, request, context);
      if ("result" in answer) return answer.result;
      throw new Error(`the ledger refused ${name} as ${answer.refused}`);
    },
  };
}

const MAX_SECONDS = 600;

/** One more live conversation of a consumer of its own. Its payload is what the broker writes, or a single letter. */
export async function writeConversation(desk: Desk, index: number, now: number, payload: "whole" | "short") {
  const reservation = id();
  const about = { consumer: { identity: identity(index) }, character: "guide", client: "museum/20260101" };
  const { conversation, ...rest } = payload === "whole" ? grant(identity(index), now, MAX_SECONDS) : noGrant();
  const text = (value: object) => (payload === "whole" ? flat(JSON.stringify(value)) : "-");
  await desk.take("reserve", {
    reservation,
    consumer: id(),
    fingerprint: id(),
    payload: text({ ...about, keepsAlive: true }),
    maxSeconds: MAX_SECONDS,
    minSeconds: 30,
    fresh: false,
    same: "resume",
    other: "replace",
    maxWaiting: 4,
    active: 1,
    overallActive: undefined,
    meters: [],
    checkMs: 5_000,
    terms: { settleMs: 92_000, holdMs: 60_000, joinMs: 60_000, leaseMs: 21_000 },
  });
  await desk.take("commit", {
    reservation,
    conversation: conversation.id,
    token: id(),
    payload: text({ ...about, keepsAlive: true, grant: { conversation, ...rest } }),
    maxSeconds: MAX_SECONDS,
  });
}

const noGrant = () => ({ conversation: { id: conversationId() } });
