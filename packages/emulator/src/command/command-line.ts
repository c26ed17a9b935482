import { parseArgs } from "node:util";
import type { EmulatorOptions } from "../options.js";

export const help = `Usage: equos-emulator [options]

Runs a local Equos on 127.0.0.1: conversations, real LiveKit tokens, nothing billed.

  --port <number>               port to listen on, 0 for any free one (default 4010)
  --livekit-url <url>           sign tokens for this LiveKit server, such as ws://127.0.0.1:7880
  --livekit-api-key <key>       its key (default LIVEKIT_API_KEY, else that of livekit-server --dev)
  --livekit-api-secret <text>   its secret (default LIVEKIT_API_SECRET, else that of livekit-server --dev)
  --help                        this text
`;

/** A command line understood: help, or what to start. */
export type CommandLine = { readonly help: true } | { readonly help: false; readonly options: EmulatorOptions };

/** A command line that cannot be followed; the message is for the person who typed it. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
}

function parsed(args: readonly string[]) {
  try {
    const text = { type: "string" } as const;
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        "livekit-url": text,
        "livekit-api-key": text,
        "livekit-api-secret": text,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error));
  }
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new CommandLineError(`--port takes a number from 0 to 65535, not "${text}"`);
  return port;
}

function livekitUrlOf(text: string): string {
  if (/^wss?:$/.test(URL.canParse(text) ? new URL(text).protocol : "")) return text;
  throw new CommandLineError(`--livekit-url takes a ws:// or wss:// URL, not "${text}"`);
}

/** What these arguments ask for; throws {@link CommandLineError}. */
export function readCommandLine(args: readonly string[], environment: Readonly<NodeJS.ProcessEnv>): CommandLine {
  const values = parsed(args);
  if (values.help) return { help: true };
  const port = portOf(values.port ?? "4010");
  const url = values["livekit-url"];
  if (url === undefined) {
    if (values["livekit-api-key"] !== undefined || values["livekit-api-secret"] !== undefined) {
      throw new CommandLineError("--livekit-api-key and --livekit-api-secret need --livekit-url");
    }
    return { help: false, options: { port } };
  }
  const apiKey = values["livekit-api-key"] ?? environment.LIVEKIT_API_KEY;
  const apiSecret = values["livekit-api-secret"] ?? environment.LIVEKIT_API_SECRET;
  const livekit = { url: livekitUrlOf(url), ...(apiKey ? { apiKey } : {}), ...(apiSecret ? { apiSecret } : {}) };
  return { help: false, options: { port, livekit } };
}
