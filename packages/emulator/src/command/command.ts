#!/usr/bin/env node
import { renameSync, writeFileSync } from "node:fs";
import type { Emulator } from "../emulator.js";
import type { EmulatorOptions } from "../options.js";
import { startEmulator } from "../start-emulator.js";
import { CommandLineError, help, readCommandLine } from "./command-line.js";

/** Ids of a kind on one line, a few of them. */
function idsLine(label: string, rows: readonly { readonly id?: string }[]): string {
  const ids = rows.flatMap(({ id }) => id ?? []);
  const shown = ids.slice(0, 5).join(", ");
  return `  ${label.padEnd(16)}${ids.length === 0 ? "none" : shown}${ids.length > 5 ? ` and ${ids.length - 5} more` : ""}`;
}

function banner(emulator: Emulator): string {
  const { url, apiKey, characterId, livekit } = emulator;
  const { characters = [], brains = [], faces = [], voices = [], knowledgeBases = [] } = emulator.export();
  return `Equos emulator on ${url} (open it in a browser to see what runs)

${[
  idsLine("characters", characters),
  idsLine("brains", brains),
  idsLine("faces", faces),
  idsLine("voices", voices),
  idsLine("knowledge bases", knowledgeBases),
].join("\n")}
  ${"LiveKit".padEnd(16)}${livekit.url}

Point your server at it:

  export EQUOS_ENDPOINT=${url}
  export EQUOS_API_KEY=${apiKey}
  export EQUOS_CHARACTER_ID=${characterId}

Ctrl-C ends it.`;
}

function reasonOf(error: unknown, { port }: EmulatorOptions): string {
  if (error instanceof Error && "code" in error) {
    if (error.code === "EADDRINUSE") return `port ${port} is in use; choose another with --port, 0 for any free one`;
    if (error.code === "EACCES") return `port ${port} is not open to this user; choose one above 1023 with --port`;
  }
  return error instanceof Error ? error.message : String(error);
}

function fail(message: string): void {
  console.error(`equos-emulator: ${message}`);
  process.exitCode = 1;
}

/** A file that is there is whole: a crash in the middle leaves the old one. */
function writeExport(emulator: Emulator, file: string): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(emulator.export(), null, 2)}\n`);
  renameSync(unfinished, file);
  console.log(`exported to ${file}`);
}

async function run(options: EmulatorOptions, exportFile: string | undefined): Promise<void> {
  try {
    const emulator = await startEmulator(options);
    const end = async () => {
      try {
        if (exportFile !== undefined) writeExport(emulator, exportFile);
      } catch (error) {
        fail(`the export failed: ${reasonOf(error, options)}`);
      }
      await emulator.close();
      // What LiveKit's package has loaded would keep the process.
      process.exit();
    };
    process.once("SIGINT", end).once("SIGTERM", end);
    console.log(banner(emulator));
  } catch (error) {
    fail(reasonOf(error, options));
  }
}

// LiveKit's package writes a line for every connection otherwise.
process.env.NODE_ENV ??= "production";

try {
  const line = readCommandLine(process.argv.slice(2), process.env);
  if (line.help) console.log(help);
  else void run(line.options, line.exportFile);
} catch (error) {
  if (!(error instanceof CommandLineError)) throw error;
  fail(`${error.message}\nTry equos-emulator --help.`);
}
