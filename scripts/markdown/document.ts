import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import GithubSlugger from "github-slugger";
import type { Code, Heading, Html, Nodes, Parents, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { toString as textOf } from "mdast-util-to-string";
import { gfm } from "micromark-extension-gfm";
import { globSync } from "tinyglobby";
import { visit } from "unist-util-visit";
import { root } from "../workspace.js";

/** One line of a document, and which. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/** What an invisible comment in front of a block says about the block: see `given.ts`. */
export interface Given {
  /** Behind the word `given`: nothing, `above`, or a file's name. */
  readonly what: string;
  readonly lines: readonly Line[];
  readonly line: number;
}

export interface Block {
  readonly language: string;
  readonly lines: readonly Line[];
  readonly given: readonly Given[];
  /** Of its first line of code. */
  readonly line: number;
}

export interface Link {
  readonly url: string;
  readonly line: number;
}

/** A Markdown file, as far as the checks look at it. */
export interface Document {
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly folder: string;
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly Link[];
  readonly blocks: readonly Block[];
  /** Pieces of code in the text. */
  readonly spans: readonly Line[];
  /** What is wrong with the file itself. */
  readonly problems: readonly string[];
}

/** Made, not written; a text that an example uploads; and what belongs to the examples in the code. */
const ignore = [
  "**/{node_modules,dist,.next,work,work-dev}/**",
  "examples/node-scripts/documents/**",
  "scripts/markdown/**",
];

export function documents(): Document[] {
  return globSync("**/*.md", { cwd: root, dot: true, ignore }).sort().map(readDocument);
}

const readDocument = (file: string): Document => documentOf(file, readFileSync(`${root}/${file}`, "utf8"));

/** `file`: relative to the root, whether it is there or not. */
export function documentOf(file: string, text: string): Document {
  const tree = parse(text);
  const links: Link[] = [];
  const blocks: Block[] = [];
  const spans: Line[] = [];
  const problems: string[] = [];
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  visit(tree, (node: Nodes, index, parent: Parents | undefined) => {
    const line = lineOf(node);
    if (node.type === "heading") anchors.add(slugger.slug(textOf(node as Heading)));
    if (node.type === "link" || node.type === "image" || node.type === "definition")
      links.push({ url: node.url, line });
    if (node.type === "inlineCode") spans.push({ text: node.value, number: line });
    if (node.type === "code") blocks.push(blockOf(node, parent?.children.slice(0, index ?? 0) ?? []));
    if (node.type === "html" && isGiven(node)) {
      const next = parent?.children.slice((index ?? 0) + 1).find((sibling) => !isGiven(sibling));
      if (next?.type !== "code") problems.push(`${file}:${line} "given" stands before no block`);
    }
  });
  return { file, folder: dirname(file), anchors, links, blocks, spans, problems };
}

export function parse(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** A fenced block, with the comments that stand directly before it. */
function blockOf(node: Code, before: readonly Nodes[]): Block {
  const last = before.findLastIndex((sibling) => !isGiven(sibling));
  const line = lineOf(node) + 1;
  return {
    language: node.lang ?? "",
    lines: linesOf(node.value, line),
    given: before
      .slice(last + 1)
      .filter(isGiven)
      .map(givenOf),
    line,
  };
}

const opening = /^<!-- given\b *(\S*)[^\n]*?(?:\n|-->)/;
const isGiven = (node: Nodes): node is Html => node.type === "html" && opening.test(node.value);

function givenOf(node: Html): Given {
  const [begin = "", what = ""] = opening.exec(node.value) ?? [];
  const code = node.value.slice(begin.length).replace(/\n?-->$/, "");
  const line = lineOf(node);
  return { what: what.replace("-->", ""), line, lines: code === "" ? [] : linesOf(code, line + 1) };
}

const linesOf = (code: string, first: number): Line[] =>
  code.split("\n").map((text, index) => ({ text, number: first + index }));

const lineOf = (node: Nodes): number => node.position?.start.line ?? 0;
