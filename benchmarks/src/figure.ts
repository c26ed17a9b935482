/** One line of the report. */
export interface Figure {
  readonly what: string;
  /** What was measured, as it is printed. */
  readonly found: string;
  /** The same for programs, in the unit in which it was measured: ms, bytes, a ratio or a count. */
  readonly value?: number;
  /** None for a figure that only explains another. */
  readonly target?: { readonly says: string; readonly met: boolean };
}

type Show = (value: number) => string;

export const whole: Show = (value) => Math.round(value).toLocaleString("en");
export const bytes: Show = (value) => `${whole(value)} B`;
export const megabytes: Show = (value) => `${(value / 2 ** 20).toFixed(1)} MB`;
export const microseconds: Show = (milliseconds) => `${(milliseconds * 1000).toFixed(1)} µs`;
export const seconds: Show = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
export const ratio: Show = (value) => `× ${value.toFixed(2)}`;

export function atMost(what: string, value: number, max: number, show: Show = whole, detail = ""): Figure {
  return { what, found: show(value) + detail, value, target: { says: `≤ ${show(max)}`, met: value <= max } };
}

export function exactly(what: string, value: number, wanted: number, detail = ""): Figure {
  return { what, found: whole(value) + detail, value, target: { says: `= ${whole(wanted)}`, met: value === wanted } };
}

export function between(what: string, value: number, min: number, max: number, show: Show, detail = ""): Figure {
  const met = value >= min && value <= max;
  return { what, found: show(value) + detail, value, target: { says: `${show(min)} to ${show(max)}`, met } };
}

export const told = (what: string, found: string): Figure => ({ what, found });

/** Without a target. */
export const shown = (what: string, value: number, show: Show, detail = ""): Figure => ({
  ...{ what, found: show(value) + detail, value },
});

/** A line with its target and whether that was met. */
export function lineOf({ what, found, target }: Figure): string {
  const verdict = target === undefined ? "" : `${target.says.padEnd(18)}${target.met ? "ok" : "MISSED"}`;
  return `  ${what.padEnd(68)}${found.padEnd(34)}${verdict}`.trimEnd();
}
