import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, join } from "node:path";

/** Of the words that a map leads from, so many stand where it leads to; the others the bundler has renamed. */
const enough = 0.5;

/** What is wrong with the source maps of a package: debuggers and stack traces are to show the sources that are in it. */
export function wrongMaps(files: ReadonlyMap<string, string>): string[] {
  const scripts = [...files.keys()].filter((path) => /^dist\/.*\.c?js$/.test(path));
  return scripts.flatMap((script) => {
    const text = files.get(script) ?? "";
    const [, name = ""] = /^\/\/# sourceMappingURL=(.+)$/m.exec(text) ?? [];
    const map = files.get(join(dirname(script), name));
    if (name === "" || map === undefined) return [`${script} has no source map`];
    // Written by esbuild in the format of all source maps.
    const payload = JSON.parse(map) as SourceMapPayload;
    return [...wrongSources(payload, script, files), ...wrongPlaces(payload, script, text)];
  });
}

function wrongSources(
  { sources, sourcesContent }: SourceMapPayload,
  script: string,
  files: ReadonlyMap<string, string>,
) {
  return sources.flatMap((source, index) => {
    const content = sourcesContent?.[index];
    const packed = files.get(join(dirname(script), source));
    // The bundler's own additions are nobody's sources, but can be read in the map.
    if (packed === undefined) return content == null ? [`${script}.map: ${source} is nowhere to be read`] : [];
    return content == null || content === packed ? [] : [`${script}.map: ${source} has changed since`];
  });
}

function wrongPlaces(payload: SourceMapPayload, script: string, text: string): string[] {
  const map = new SourceMap(payload);
  const sources = new Map(
    payload.sources.map((source, index) => [source, payload.sourcesContent?.[index]?.split("\n")]),
  );
  let words = 0;
  let same = 0;
  text.split("\n").forEach((line, row) => {
    for (const { 0: word, index } of line.matchAll(/[A-Za-z_$][\w$]{3,}/g)) {
      const entry = map.findEntry(row, index);
      if (!("originalLine" in entry) || entry.generatedLine !== row || entry.generatedColumn !== index) continue;
      words += 1;
      const original = sources.get(entry.originalSource)?.[entry.originalLine]?.slice(entry.originalColumn);
      if (original?.startsWith(word) === true) same += 1;
    }
  });
  // A map that has been moved leads from the middle of words.
  const leads = words > 0 || /^;*$/.test(payload.mappings);
  return leads && same >= words * enough ? [] : [`${script}.map: only ${same} of ${words} words are where it says`];
}
