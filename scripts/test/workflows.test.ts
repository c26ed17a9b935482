import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../workspace.js";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly uses?: string;
  readonly container?: string;
  readonly steps?: readonly Step[];
}

const folder = `${root}/.github/workflows`;
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(`${folder}/${file}`, "utf8");
  // GitHub's format, of which the tests look at what they need.
  return { file, text, ...(parse(text) as { permissions: unknown; jobs: Record<string, Job> }) };
});
const jobs = workflows.flatMap(({ file, jobs: all }) =>
  Object.entries(all).map(([name, job]) => ({ name: `${file}: ${name}`, job, steps: job.steps ?? [] })),
);
const hasRights = ({ permissions = {} }: Job): boolean => JSON.stringify(permissions).includes("write");

/** What fetches code that others wrote, or runs it. */
const installs =
  /\b(npx|npm (i|ci|install|exec|run)|pnpm|yarn|bun|corepack|pip|apt(-get)?|curl|wget|go (run|install|get))\b/;

describe("the workflows", () => {
  it.each(workflows)("$file: read-only unless a job says more, and everything pinned", ({ text, permissions }) => {
    expect(permissions).toEqual({ contents: "read" });
    const actions = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    for (const action of actions) expect(action).toMatch(/^(\.\/\.github\/workflows\/|[\w-]+\/[\w-]+@[\da-f]{40}$)/);
    expect(text).not.toMatch(/runs-on: \S+-latest/);
  });

  it.each(jobs.filter(({ job }) => hasRights(job)))("$name has rights, and installs nothing", ({ steps }) => {
    for (const { run = "", uses = "" } of steps) {
      expect(run).not.toMatch(installs);
      expect(uses).toMatch(/^$|^actions\/(checkout|setup-node|download-artifact)@/);
    }
  });

  it("one job alone may publish: with the tarballs of one that has no rights", () => {
    const publishing = jobs.filter(({ job }) => Object(job.permissions)["id-token"] !== undefined);
    expect(publishing.map(({ name, job }) => [name, job.permissions])).toEqual([
      ["release.yml: publish", { contents: "read", "id-token": "write" }],
    ]);
    const runs = publishing.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(runs).toEqual(['node scripts/publish-tarballs.mjs "$RUNNER_TEMP/tarballs"']);
    const program = readFileSync(`${root}/scripts/publish-tarballs.mjs`, "utf8");
    const imports = [...program.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
    expect(imports.filter((name) => !name?.startsWith("node:"))).toEqual([]);
  });

  it("a Node that builds or publishes has an exact version", () => {
    const nodes = jobs.flatMap(({ steps }) => steps.filter(({ uses }) => uses?.startsWith("actions/setup-node@")));
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) expect(String(node.with?.["node-version"])).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("only what pushes a branch keeps git's credentials", () => {
    const keeps = jobs.filter(({ steps }) =>
      steps.some(({ uses, with: given }) => uses?.includes("/checkout@") && given?.["persist-credentials"] !== false),
    );
    expect(keeps.map(({ name }) => name)).toEqual(["release.yml: version"]);
  });
});

it("CI and the workflows run one exact pnpm, and keep to the lock file", () => {
  const texts = [...workflows.map(({ text }) => text), readFileSync(`${root}/.ci/run`, "utf8")];
  const called = texts.flatMap((text) => [...text.matchAll(/npx -y (\S+)/g)].map(([, program]) => program));
  expect([...new Set(called)]).toEqual([expect.stringMatching(/^pnpm@\d+\.\d+\.\d+$/)]);
  expect(texts.join()).not.toContain("--no-frozen-lockfile");
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  expect(scripts.version).not.toContain("--no-frozen-lockfile");
});
