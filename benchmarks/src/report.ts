import { cpus, release, totalmem, type } from "node:os";
import { lineOf } from "./figure.js";
import type { Measured } from "./measured.js";
import type { Scale } from "./scale.js";
import { plain } from "./table.js";

/** What is printed for programs with `--json`. */
export interface Report {
  /** ISO 8601, a day. */
  readonly date: string;
  readonly machine: Machine;
  readonly scale: Scale["name"];
  readonly sections: readonly Measured[];
  /** All targets are, and in CI everything was measured. */
  readonly met: boolean;
  readonly verdict: string;
}

/** What figures depend on; nothing that tells whose it is. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly os: string;
  readonly node: string;
}

export function reportOf(sections: readonly Measured[], scale: Scale): Report {
  const missed = sections.flatMap(({ figures }) => figures.filter(({ target }) => target?.met === false));
  const leftOut = sections.filter((section) => section.leftOut !== undefined);
  const met = missed.length === 0 && (leftOut.length === 0 || process.env.CI === undefined);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: thisMachine(),
    scale: scale.name,
    sections,
    met,
    verdict: verdictOf(missed.length, leftOut.length),
  };
}

function verdictOf(missed: number, leftOut: number): string {
  if (missed > 0) return `${missed === 1 ? "A target is" : `${missed} targets are`} MISSED.`;
  return leftOut > 0 ? "All targets that were measured are met." : "All targets are met.";
}

function thisMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    os: `${type()} ${release().split("-")[0]}`,
    node: process.version,
  };
}

/** A section for the terminal. */
export function lines({ title, figures, tables, leftOut }: Measured): string {
  if (leftOut !== undefined) return `${title}: left out, ${leftOut}`;
  return [title, ...tables.map(plain), ...figures.map(lineOf)].join("\n");
}
