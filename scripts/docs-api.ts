import {
  Application,
  ConsoleLogger,
  Converter,
  OptionDefaults,
  type ProjectReflection,
  type TypeDocOptions,
} from "typedoc";
import { publishedPackages, root } from "./workspace.js";

// Makes the API reference of all published packages, and fails on what a reader would miss: a link to nowhere, a type that
// is used and not exported, an export without a word about it.

const out = `${root}/docs/reference/dist`;
const packages = publishedPackages();

const options: TypeDocOptions = {
  name: "equos-broker",
  readme: `${root}/docs/reference/README.md`,
  entryPoints: packages.map(({ folder }) => `${root}/${folder}/src/index.ts`),
  tsconfig: `${root}/docs/reference/tsconfig.json`,
  // Their types are checked by `pnpm check`, each package with its own settings.
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  blockTags: [...OptionDefaults.blockTags, "@description"],
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, invalidPath: true },
};

/** Each module after its package, not after its file. */
function nameModules(project: ProjectReflection): void {
  const names = new Map(
    packages.map(({ folder, manifest }) => [`${folder.replace("packages/", "")}/src`, manifest.name]),
  );
  for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name;
}

/** openapi-typescript writes a tag where a comment's own text is meant. */
function takeDescriptions(project: ProjectReflection): void {
  for (const { comment } of Object.values(project.reflections)) {
    const description = comment?.getTag("@description");
    if (comment === undefined || description === undefined) continue;
    comment.summary = [...comment.summary, ...description.content];
    comment.removeTags("@description");
  }
}

/** Exports that nobody has said a word about. TypeDoc itself would ask for the same of every member. */
function wordless(project: ProjectReflection): string[] {
  return (project.children ?? []).flatMap((module) =>
    (module.children ?? [])
      .filter((one) => !one.isReference())
      .filter((one) => !one.hasComment() && !one.signatures?.some((signature) => signature.hasComment()))
      .map((one) => one.getFriendlyFullName()),
  );
}

/** Says nothing twice. */
class TerseLogger extends ConsoleLogger {
  readonly #said = new Set<string>();

  override log(message: string, level: Parameters<ConsoleLogger["log"]>[1]): void {
    if (!this.#said.has(message)) super.log(message, level);
    this.#said.add(message);
  }
}

const app = await Application.bootstrap(options);
app.logger = new TerseLogger();
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  nameModules(project);
  takeDescriptions(project);
});
const project = await app.convert();
if (project === undefined) throw new Error("The sources could not be read");
for (const { manifest } of packages) {
  // TypeDoc asks for the exports of one package only: the project's.
  project.packageName = manifest.name;
  app.validate(project);
}
for (const name of wordless(project)) app.logger.validationWarning(`${name} is exported, and nothing is said about it`);
await app.generateDocs(project, out);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
