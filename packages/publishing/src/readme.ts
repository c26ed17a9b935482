import { documentOf } from "../../../scripts/markdown/document.js";

/** What a README tells a team to type and to write, before its first heading. */
export interface Quickstart {
  /** A shell's lines. */
  readonly install: string;
  /** Code, one text per block. */
  readonly code: readonly string[];
}

/** @param blocks - So many blocks of code make it up. */
export function quickstartOf(readme: string, blocks = 1): Quickstart {
  const all = documentOf("README.md", readme).blocks.map(({ language, lines }) => ({
    language,
    text: lines.map(({ text }) => text).join("\n"),
  }));
  const install = all.find(({ language }) => language === "sh")?.text;
  const code = all.filter(({ language }) => language === "ts").slice(0, blocks);
  if (install === undefined || code.length < blocks) throw new Error("the README has no quickstart");
  return { install, code: code.map(({ text }) => text) };
}
