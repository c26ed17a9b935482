import { readFileSync } from "node:fs";
import { documentOf } from "./markdown/document.js";
import { root } from "./workspace.js";

/** A `package.json`, as far as this looks at it. */
interface PackedManifest {
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly sideEffects?: false | readonly string[];
}

/** What is missing in a package, as it is packed. */
export function wrongContents(name: string, files: ReadonlyMap<string, string>): string[] {
  // npm's own format, written by us.
  const manifest = JSON.parse(files.get("package.json") ?? "{}") as PackedManifest;
  return [
    ...wrongManifest(manifest, files),
    ...(files.get("LICENSE") === readFileSync(`${root}/LICENSE`, "utf8") ? [] : ["has not the licence of the root"]),
    ...wrongReadme(name, files.get("README.md") ?? "", manifest),
  ];
}

function wrongManifest(manifest: PackedManifest, files: ReadonlyMap<string, string>): string[] {
  const { description = "", keywords = [], license, engines, sideEffects } = manifest;
  const wrong = sideEffects === undefined ? ["does not say what has side effects"] : [];
  if (sideEffects)
    wrong.push(...sideEffects.filter((path) => !files.has(path.slice(2))).map((path) => `has no ${path}`));
  if (description.length < 20) wrong.push("has no description");
  if (!keywords.includes("equos") || keywords.length < 4) wrong.push("has no keywords, or not the one of all");
  if (license !== "MIT") wrong.push("has another licence than MIT, or none");
  if (engines?.node === undefined) wrong.push("names no version of Node");
  return wrong;
}

/** Whoever finds it at npm learns what it needs, how to install it, what to write, what can be set, and what it is part of. */
function wrongReadme(name: string, text: string, { engines }: PackedManifest): string[] {
  const { blocks, links } = documentOf("README.md", text);
  const lines = text.split("\n");
  const installs = blocks.some(
    ({ language, lines: commands }) =>
      language === "sh" && commands.some((line) => line.text.startsWith("npm install ") && line.text.includes(name)),
  );
  const [example] = blocks.filter(({ language }) => language === "ts");
  const node = engines?.node?.replace(">=", "Node ") ?? "Node";
  return [
    ...(lines[0] === `# ${name}` ? [] : ["does not begin with its name"]),
    ...(text.includes(node) ? [] : [`does not say that it needs ${node}`]),
    ...(installs ? [] : ["does not say how to install it"]),
    ...(example?.lines.some((line) => line.text.includes(`from "${name}"`)) || example?.lines[0]?.text.startsWith("// ")
      ? []
      : ["does not begin with an example of its own"]),
    ...(/^\| option\b/m.test(text) ? [] : ["has no table of options"]),
    ...(links.some(({ url }) => url === "../../README.md") ? [] : ["does not lead to the README of the root"]),
  ].map((problem) => `its README ${problem}`);
}
