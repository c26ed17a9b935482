#!/usr/bin/env node
import type { Emulator } from "../emulator.js";
import type { EmulatorOptions } from "../options.js";
import { startEmulator } from "../start-emulator.js";
import { CommandLineError, help, readCommandLine } from "./command-line.js";

function banner({ url, apiKey, characterId, characterIds, livekit }: Emulator): string {
  return `Equos emulator on ${url}

  characters  ${characterIds.join(", ")}
  LiveKit     ${livekit.url}

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

async function run(options: EmulatorOptions): Promise<void> {
  try {
    const emulator = await startEmulator(options);
    const end = () => void emulator.close();
    process.once("SIGINT", end).once("SIGTERM", end);
    console.log(banner(emulator));
  } catch (error) {
    fail(reasonOf(error, options));
  }
}

try {
  const line = readCommandLine(process.argv.slice(2), process.env);
  if (line.help) console.log(help);
  else void run(line.options);
} catch (error) {
  if (!(error instanceof CommandLineError)) throw error;
  fail(`${error.message}\nTry equos-emulator --help.`);
}
