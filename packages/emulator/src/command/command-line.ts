import { parseArgs } from "node:util";
import type { EmulatorOptions } from "../options.js";

export const help = `Usage: equos-emulator [options]

Runs a local Equos on 127.0.0.1: the whole API, real LiveKit tokens, nothing billed. Open its URL in a browser to see what
runs.

  --port <number>           port to listen on, 0 for any free one (default 4010)
  --seed <file>             resources to begin with, as JSON; default: two characters
  --export <file>           writes everything there at the end, as a seed
  --switch <name>=<value>   what the facts leave open, such as joined=consumer; any number of times
  --livekit-url <url>       signs tokens for this LiveKit server, such as ws://127.0.0.1:7880
  --livekit-key <key>       its key (default LIVEKIT_API_KEY, else that of livekit-server --dev)
  --livekit-secret <text>   its secret (default LIVEKIT_API_SECRET, else that of livekit-server --dev)
  --avatar                  puts a participant into each room that speaks, shows a picture and answers;
                            needs --livekit-url and the package @livekit/rtc-node
  --help                    this text
`;

/** A command line understood: help, or what to start. */
export type CommandLine =
  | { readonly help: true }
  | { readonly help: false; readonly options: EmulatorOptions; readonly exportFile: string | undefined };

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
        seed: text,
        export: text,
        switch: { type: "string", multiple: true },
        "livekit-url": text,
        "livekit-key": text,
        "livekit-secret": text,
        avatar: { type: "boolean" },
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

/** `joined=consumer`, `indexSeconds=0`, `joined={"lateMs":500}`: what is no JSON is a text. */
function switchesOf(texts: readonly string[]): NonNullable<EmulatorOptions["switches"]> {
  const entries = texts.map((text) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new CommandLineError(`--switch takes name=value, not "${text}"`);
    return [name, jsonOrText(name, value)];
  });
  // Names and values are checked where the emulator starts.
  return Object.fromEntries(entries);
}

/** Two switches take words that JSON knows as something else: `missing=null` and `missing=404`. */
function jsonOrText(name: string, value: string): unknown {
  if (name === "missing") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** What these arguments ask for; throws {@link CommandLineError}. */
export function readCommandLine(args: readonly string[], environment: Readonly<NodeJS.ProcessEnv>): CommandLine {
  const values = parsed(args);
  if (values.help) return { help: true };
  const url = values["livekit-url"];
  if (url === undefined) {
    for (const name of ["livekit-key", "livekit-secret", "avatar"] as const) {
      if (values[name] !== undefined) throw new CommandLineError(`--${name} needs --livekit-url`);
    }
  }
  const apiKey = values["livekit-key"] ?? environment.LIVEKIT_API_KEY;
  const apiSecret = values["livekit-secret"] ?? environment.LIVEKIT_API_SECRET;
  const options: EmulatorOptions = {
    port: portOf(values.port ?? "4010"),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.switch === undefined ? {} : { switches: switchesOf(values.switch) }),
    ...(url === undefined
      ? {}
      : { livekit: { url: livekitUrlOf(url), ...(apiKey ? { apiKey } : {}), ...(apiSecret ? { apiSecret } : {}) } }),
    ...(values.avatar ? { avatar: true } : {}),
  };
  return { help: false, options, exportFile: values.export };
}
