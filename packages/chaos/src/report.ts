import type { EventLog, LogEntry } from "./event-log.js";
import type { Conversation } from "./facts.js";
import type { Bill, Verdict } from "./verdict.js";

type Counts = Readonly<Record<"seconds" | "kills" | "pauses" | "restarts" | "starts" | "faults", number>>;
export type Figures = Counts & { readonly seed: string };

/** The one line that says how it went. */
export function finalLine(figures: Figures, verdict: Verdict, mutation?: string): string {
  const { seed, seconds, kills, pauses, restarts, starts, faults } = figures;
  const { overruns, orphans, violations, lostEnds } = verdict;
  const name = mutation === undefined ? "" : ` without ${mutation}`;
  return (
    `chaos${name}: seed ${seed}, ${seconds} s: ${kills} kills, ${pauses} pauses, ${restarts} redis restarts, ` +
    `${starts} starts, ${faults} faults, ${lostEnds} lost ends, ${overruns.length} overruns, ${orphans.length} orphans, ` +
    `${violations.length} violations`
  );
}

/** Timelines that are printed; the rest is in the log. */
const EXPLAINED = 5;

/** What went wrong, with what happened to the conversations that it is about. */
export function explain(verdict: Verdict, conversations: readonly Conversation[], log: EventLog): string[] {
  const byId = new Map(conversations.map((one) => [one.id, one]));
  const bills = [
    ...verdict.orphans.map((one) => ({ one, what: "orphan" })),
    ...verdict.overruns.map((one) => ({ one, what: "overrun" })),
  ];
  const told = bills.map(({ one, what }) => [`${what}: ${bill(one)}`, one.conversation.id] as const);
  const others = verdict.violations.map(
    ({ kind, text, conversations: [first] }) => [`${kind}: ${text}`, first] as const,
  );
  const shown = new Set<string>();
  return [...told, ...others].flatMap(([line, id]) => {
    const conversation = byId.get(id ?? "");
    if (conversation === undefined || shown.has(conversation.id) || shown.size >= EXPLAINED) return [line];
    shown.add(conversation.id);
    return [line, ...timeline(conversation, log)];
  });
}

function bill({ conversation, allowance }: Bill): string {
  const { id, consumer, billedSeconds, endedAt } = conversation;
  const parts = Object.entries(allowance.parts).map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`);
  const state = endedAt === undefined ? ", and runs" : "";
  return (
    `${id} of ${consumer} billed ${billedSeconds.toFixed(1)} s${state}; allowed ${allowance.seconds.toFixed(1)} s ` +
    `(${parts.join(", ")}; last use: ${allowance.use.why})`
  );
}

/** Ms before its start and after its end that a timeline shows. */
const BEFORE_MS = 2_000;
const AFTER_MS = 500;

function timeline({ id, reservation, consumer, startedAt, endedAt }: Conversation, log: EventLog): string[] {
  const about = { conversation: id, reservation, consumer };
  return log
    .timeline(about, startedAt - BEFORE_MS, (endedAt ?? Date.now()) + AFTER_MS)
    .filter(({ what, outcome }) => what !== "bill" && outcome !== "unsent")
    .sort((a, b) => a.at - b.at)
    .map(
      (entry) => `    ${((entry.at - (startedAt - log.startedAt)) / 1000).toFixed(2).padStart(7)} s  ${details(entry)}`,
    );
}

const hidden = new Set(["at", "what", "type", "character", "everybody", "deployment"]);

function details(entry: LogEntry): string {
  const shown = Object.entries(entry)
    .filter(([name, value]) => !hidden.has(name) && value !== undefined && value !== false)
    .map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`);
  return [entry.what, ...shown].join(" ");
}
