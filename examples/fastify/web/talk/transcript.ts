import type { Utterance } from "./messages";

/** One line of what was said. `note` is the page's own. */
export interface Line {
  readonly key: number;
  readonly author: "agent" | "user" | "note";
  readonly content: string;
  readonly finished: boolean;
  /** Typed here, and not yet repeated by the character. */
  readonly typed?: boolean;
}

const nextKey = (lines: readonly Line[]): number => (lines.at(-1)?.key ?? 0) + 1;

const replaced = (lines: readonly Line[], key: number, change: Partial<Line>): readonly Line[] =>
  lines.map((line) => (line.key === key ? { ...line, ...change } : line));

/** An unfinished line is replaced by what follows it; a typed one that comes back is not there twice. */
export function withUtterance(lines: readonly Line[], { author, content, finished }: Utterance): readonly Line[] {
  const typed = lines.find((line) => line.typed && author === "user" && line.content === content);
  if (typed !== undefined) return replaced(lines, typed.key, { typed: false });
  const open = lines.findLast((line) => line.author === author && !line.finished);
  if (open !== undefined) return replaced(lines, open.key, { content, finished });
  return [...lines, { key: nextKey(lines), author, content, finished }];
}

/** The character was interrupted: what it was saying stays as far as it got. */
export function withInterruption(lines: readonly Line[]): readonly Line[] {
  const open = lines.findLast((line) => line.author === "agent" && !line.finished);
  return open === undefined ? lines : replaced(lines, open.key, { content: `${open.content} …`, finished: true });
}

export const withTyped = (lines: readonly Line[], content: string): readonly Line[] => [
  ...lines,
  { key: nextKey(lines), author: "user", content, finished: true, typed: true },
];

export const withNote = (lines: readonly Line[], content: string): readonly Line[] => [
  ...lines,
  { key: nextKey(lines), author: "note", content, finished: true },
];
