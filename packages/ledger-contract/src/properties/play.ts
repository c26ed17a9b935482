import type { LedgerRecord, StepContext } from "@equos-broker/core";
import type { LedgerContractOptions, OpenedLedger } from "../contract.js";
import { ok, same } from "../expect.js";
import { plainModel } from "../model/plain-ledger.js";
import { nextTime } from "../model/time.js";
import { type Call, toCall } from "./calls.js";
import type { Command } from "./commands.js";
import { all, comparable } from "./comparable.js";
import { Player } from "./player.js";
import { Watch } from "./watch.js";

/** A step as it was sent to one ledger. */
interface Letter {
  readonly call: Call;
  readonly context: StepContext;
}

/** The same one, as both got it. */
interface Sent {
  readonly tested: Letter;
  readonly expected: Letter;
}

const hour = 3_600_000;
const rememberMs = 600_000;

/** Plays the commands to a fresh ledger and to the model, and compares after each. */
export async function play(
  open: LedgerContractOptions["open"],
  commands: readonly Command[],
  callers: readonly string[],
): Promise<void> {
  const opened = await open();
  const story: string[] = [];
  try {
    await playOn(opened, commands, callers, story);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${what}\n\nafter these steps (ms since the one before, request → the ledger's answer):\n${story.join("\n")}`,
    );
  } finally {
    await opened.close?.();
  }
}

async function playOn(
  { ledger, clock }: OpenedLedger,
  commands: readonly Command[],
  callers: readonly string[],
  story: string[],
): Promise<void> {
  const model = plainModel({ clock, shared: ledger.shared });
  const tested = await Player.open(ledger);
  const expected = await Player.open(model.ledger);
  const watch = new Watch();
  const sent: Sent[] = [];
  /** Items that came up at the same moment come in any order: then all of them are asked for. */
  const orderless = (call: Call): Call => {
    if (call.step !== "due") return call;
    const times = model.books.entries.map(nextTime).filter((time) => time <= clock.now());
    return new Set(times).size < times.length ? { step: "due", request: { limit: all } } : call;
  };
  const send = async (letters: Sent): Promise<unknown> => {
    const { context } = letters.tested;
    const call = orderless(letters.tested.call);
    const modelCall = orderless(letters.expected.call);
    const result = await tested.result(call, context);
    story.push(`  ${call.step} ${JSON.stringify(call.request)} → ${JSON.stringify(result)}`);
    const modelResult = await expected.result(modelCall, letters.expected.context);
    same(
      comparable(call, result, tested.numbers),
      comparable(modelCall, modelResult, expected.numbers),
      `${call.step}: the model answers otherwise`,
    );
    return result;
  };
  const write = (make: (player: Player) => Call): Sent => {
    const now = clock.now();
    return {
      tested: { call: make(tested), context: tested.context(now) },
      expected: { call: make(expected), context: expected.context(now) },
    };
  };
  const take = (call: Call): Promise<unknown> => send(write(() => call));
  const lookUpAll = async (): Promise<LedgerRecord[]> => {
    const call: Call = { step: "lookUp", request: { reservations: callers } };
    const found = comparable(call, await tested.look(callers, clock.now()), tested.numbers);
    const inModel = comparable(call, await expected.look(callers, clock.now()), expected.numbers);
    same(found, inModel, "the model has other records");
    return [...tested.records.values()];
  };

  for (const command of commands) {
    await clock.advance(command.after + 1);
    story.push(`+${command.after + 1}${command.step === "again" ? ", sent again:" : ""}`);
    const next = command.step === "again" ? sent.at(-command.back) : write((player) => toCall(command, player));
    if (next === undefined) continue;
    if (command.step !== "again") sent.push(next);
    const result = await send(next);
    watch.check(next.tested.call, result, clock.now(), await lookUpAll());
  }

  story.push("at the end:");
  await take({ step: "live", request: {} });
  for (const consumer of new Set(callers.map((caller) => caller.replace(/-.*/, "")))) {
    await take({ step: "find", request: { claim: { consumer } } });
  }
  await windUp();

  /** With time, and with everything confirmed and announced, nothing is left. */
  async function windUp(): Promise<void> {
    for (let pending = true, turn = 0; pending; turn++) {
      ok(turn < 12, "time brings no end");
      await clock.advance(hour + 1);
      story.push(`+${hour + 1}`);
      const due = (await take({ step: "due", request: { limit: all } })) as {
        records: LedgerRecord[];
        pending: boolean;
      }; // What `due` answers.
      pending = due.pending;
      for (const { reservation, state } of due.records) {
        if (state === "stopping") await take({ step: "end", request: { reservation, reason: "owner" } });
        if (state === "ended" || state === "stopping") await take({ step: "announced", request: { reservation } });
      }
      if (!pending) pending = model.books.entries.some((entry) => nextTime(entry) < Number.POSITIVE_INFINITY);
    }
    await clock.advance(rememberMs);
    same(await lookUpAll(), [], "everything is forgotten");
    await take({ step: "live", request: {} });
  }
}
