import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { root } from "./workspace.js";

const page = "docs/files.md";
const mapped = [
  "packages/*/{src,scripts,web,hosts}",
  "packages/installed/{consumers,frameworks,workers}",
  "examples/*",
  "benchmarks/src",
  "scripts",
  "tools/*",
];
/** Made, not written. */
const ignore = [
  "**/{node_modules,dist,.next,work,work-dev}/**",
  "**/*.tsbuildinfo",
  "**/next-env.d.ts",
  "**/.env",
  "scripts/building.lock",
];

/** A heading of the map, and what it says about. */
interface Section {
  /** Folders; what is named stands in one of them, or in each. */
  readonly folders: readonly string[];
  /** A file, a folder with a slash behind it, or a pattern. */
  readonly names: readonly string[];
}

/** Whoever reads the page finds the reason of every file: by its name, or by its folder's. */
export function checkMap(): void {
  const sections = sectionsOf(readFileSync(`${root}/${page}`, "utf8"));
  const present = globSync(mapped, { cwd: root, onlyDirectories: true, expandDirectories: false, ignore }).map(
    (folder) => folder.replace(/\/$/, ""),
  );
  const wrong = sections.flatMap(({ folders, names }) =>
    names
      .filter((name) => folders.every((folder) => filesOf(folder, name).length === 0))
      .map((name) => `${page} tells of ${folders.join(" or ")}/${name}, which is not there`),
  );
  const missing = present.flatMap((folder) => {
    const section = sections.find(({ folders }) => folders.includes(folder));
    const told = new Set(section?.names.flatMap((name) => filesOf(folder, name)));
    return filesOf(folder, "")
      .filter((file) => !told.has(file))
      .map((file) => `${page} does not tell what ${folder}/${file} is for`);
  });
  if (wrong.length + missing.length > 0) throw new Error([...wrong, ...missing].join("\n"));
}

/** `## \`folder\`` and the table below it, whose first column has the names. */
function sectionsOf(text: string): Section[] {
  return text.split(/^###? /m).flatMap((part) => {
    const [heading = "", ...lines] = part.split("\n");
    const folders = quoted(heading).filter((name) => name.includes("/") || name === "scripts");
    if (folders.length === 0) return [];
    return {
      folders,
      names: lines.filter((line) => line.startsWith("| `")).flatMap((line) => quoted(line.split(" | ")[0])),
    };
  });
}

const quoted = (text = ""): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

/** Below a folder, by a name of the map. */
function filesOf(folder: string, name: string): string[] {
  const pattern = name === "" || name.endsWith("/") ? `${name}**/*` : name;
  // Next's and SvelteKit's own names have brackets and parentheses in them.
  const literal = pattern.replace(/[[\]()!+@]/g, "\\$&");
  return globSync(literal, { cwd: `${root}/${folder}`, dot: true, expandDirectories: false, ignore });
}
