/** Measurements of several things side by side. */
export interface Table {
  readonly title: string;
  /** What the ratios in it are to. */
  readonly note: string;
  /** Heads the names of the rows. */
  readonly what: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Column {
  readonly title: string;
  /** Digits behind the point. */
  readonly digits: number;
  /** Before each number. */
  readonly sign?: string;
}

export interface Row {
  readonly name: string;
  /** One for each column; `null`: not measured. */
  readonly values: readonly (number | null)[];
}

const NONE = "–";

function cells({ what, columns, rows }: Table): readonly (readonly string[])[] {
  const head = [what, ...columns.map(({ title }) => title)];
  return [head, ...rows.map(({ name, values }) => [name, ...columns.map((column, at) => cell(column, values[at]))])];
}

function cell({ digits, sign = "" }: Column, value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  return sign + value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** For a terminal, its columns in line. */
export function plain(table: Table): string {
  const all = cells(table);
  const widths = (all[0] ?? []).map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const lines = all.map((row) =>
    row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join("  "),
  );
  return [`${table.title} (${table.note})`, ...lines].map((line) => `  ${line}`.trimEnd()).join("\n");
}

/** For a document, as GitHub reads it: numbers to the right. */
export function markdown(table: Table): string {
  const [head = [], ...rows] = cells(table);
  const line = (row: readonly string[]) => `| ${row.map(escaped).join(" | ")} |`;
  return [line(head), `|---|${"---:|".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}

export const escaped = (text: string): string => text.replaceAll("|", "\\|");
