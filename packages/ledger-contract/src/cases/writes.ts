import type { StepName, StepRequest, StepResult } from "@equos-broker/core";
import { commitRequest, conversationOf, type Desk, reserveRequest, terms } from "../desk.js";

/** A step that writes, brought to where it moves something. */
export interface Write {
  readonly name: StepName;
  /** Makes it ready, and gives the way to take it: with the desk's context, or another one. */
  prepare(desk: Desk): Promise<(context?: ReturnType<Desk["context"]>) => Promise<Outcome>>;
}

export interface Outcome {
  /** The step was refused like this. */
  readonly refused?: "late" | "lost";
  /** It says that it moved something. */
  readonly moved: boolean;
}

function write<S extends StepName, T>(
  name: S,
  prepare: (desk: Desk) => Promise<T>,
  request: (prepared: T) => StepRequest<S>,
  moved: (result: StepResult<S>) => boolean,
): Write {
  return {
    name,
    prepare: async (desk) => {
      const asked = request(await prepare(desk));
      return async (context) => {
        const answer = await desk.answer(name, asked, context);
        return "refused" in answer ? { refused: answer.refused, moved: false } : { moved: moved(answer.result) };
      };
    },
  };
}

const byMoved = (result: { readonly moved: boolean } | null): boolean => result?.moved === true;
const byClaim = (result: StepResult<"stop">): boolean => result.claim === "found" && result.moved;

const ann = { reservation: "ann-1" };
const conversation = conversationOf("ann-1");
const nothing = async (): Promise<void> => {};
const reserved = (desk: Desk) => desk.reserved("ann-1");
const running = (desk: Desk) => desk.start("ann-1");
const ended = async (desk: Desk) => {
  await desk.start("ann-1");
  await desk.end("ann-1");
};
const handedOut = async (desk: Desk) => {
  await desk.start("ann-1");
  await desk.advance(terms.joinMs);
  return (await desk.due()).records[0];
};
const toLookAt = async (desk: Desk) => {
  await desk.start("ann-1");
  await desk.advance(terms.joinMs);
};
/** Its only delivery reached nobody, and one caller waits for it. */
const waitedFor = async (desk: Desk) => {
  await desk.reserved("ann-1");
  await desk.reserve("ann-2");
  const { deliveries } = await desk.committed("ann-1");
  await desk.step("abandon", { ...ann, delivery: deliveries });
};
const adopted = {
  ...ann,
  conversation,
  consumer: "ann",
  payload: "adopted",
  maxSeconds: 600,
  elapsedMs: 5000,
  terms,
};

/** Every step that says whether it moved something. */
export const writes: readonly Write[] = [
  write("commit", reserved, () => commitRequest("ann-1"), byMoved),
  write("doubt", reserved, () => ({ ...ann, holdMs: 60_000 }), byMoved),
  write("found", reserved, () => ({ ...ann, conversation, reason: "late-answer" }), byMoved),
  write("stop", running, () => ({ claim: ann, reason: "owner" }), byClaim),
  write("leave", running, () => ({ claim: ann, graceMs: 3000 }), byClaim),
  write("keep", running, () => ({ claim: ann, keepMs: 90_000 }), byClaim),
  write("joined", running, () => ann, byMoved),
  write("abandon", running, ({ deliveries }) => ({ ...ann, delivery: deliveries }), byMoved),
  write("unwait", waitedFor, () => ({ ...ann, waiter: "ann-2" }), byMoved),
  write(
    "withdraw",
    waitedFor,
    () => ({ consumer: "ann", reservation: "ann-2" }),
    ({ records }) => records.length > 0,
  ),
  write("end", running, () => ({ ...ann, reason: "upstream" }), byMoved),
  write("announced", ended, () => ann, byMoved),
  write("retry", handedOut, (record) => ({ ...ann, attempts: record?.attempts ?? 0, afterMs: 5000 }), byMoved),
  write("adopt", nothing, () => adopted, byMoved),
];

/** Those that say it in other words. */
export const otherWrites: readonly Write[] = [
  write(
    "reserve",
    nothing,
    () => reserveRequest("ann-1"),
    ({ outcome }) => outcome === "reserved",
  ),
  write(
    "due",
    toLookAt,
    () => ({ limit: 5 }),
    ({ records }) => records.length > 0,
  ),
];
