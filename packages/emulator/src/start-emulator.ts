import type { CreateEquosConversationResponse, EquosCharacter } from "@equos-broker/api";
import { charactersById, systemPrompt } from "./characters.js";
import { type EmulatorClock, systemClock } from "./clock.js";
import { Conversations } from "./conversations.js";
import type { Emulator } from "./emulator.js";
import { Faults } from "./fault-queue.js";
import type { EmulatorLimits } from "./limits.js";
import { LocalEmulator } from "./local-emulator.js";
import { operationsOn } from "./operations.js";
import { receptionOf } from "./reception.js";
import type { LoggedRequest } from "./request-log.js";
import { httpServer, listen } from "./server.js";
import { completeSwitches, type EmulatorSwitches } from "./switches.js";
import { type EmulatorLivekit, livekitDevelopmentKey, noLivekit, tokenSigner } from "./tokens.js";

/** The key that an emulator accepts unless told otherwise; it opens nothing else. */
export const emulatorApiKey = "sk_emulator_opens_nothing_but_an_emulator";

/** Options of {@link startEmulator}; each has a default. */
export interface EmulatorOptions {
  /** Port on 127.0.0.1; default 0: any free one. */
  readonly port?: number;
  /** Default {@link emulatorApiKey}. */
  readonly apiKey?: string;
  /** Characters by id, each laid over a complete one; default: `cha_emulator_guide` and `cha_emulator_coach`. */
  readonly characters?: Readonly<Record<string, Partial<EquosCharacter>>>;
  /** Default: the system's. */
  readonly clock?: EmulatorClock;
  readonly switches?: Partial<EmulatorSwitches>;
  readonly limits?: EmulatorLimits;
  /** A LiveKit server that runs; key and secret default to those of `livekit-server --dev`. */
  readonly livekit?: Pick<EmulatorLivekit, "url"> & Partial<EmulatorLivekit>;
  /** How long tokens are valid, in seconds; default 21600, LiveKit's own default. Equos publishes no figure. */
  readonly tokenTtlSeconds?: number;
}

/**
 * Starts a local Equos: the conversation operations of the API v3 over HTTP, with state, real LiveKit tokens, a bill
 * and faults on demand.
 *
 * @example
 * ```ts
 * const emulator = await startEmulator();
 * process.env.EQUOS_ENDPOINT = emulator.url;
 * process.env.EQUOS_API_KEY = emulator.apiKey;
 * // … run what you test …
 * emulator.assertNothingRunning();
 * await emulator.close();
 * ```
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = options.clock ?? systemClock;
  const apiKey = options.apiKey ?? emulatorApiKey;
  if (apiKey === "") throw new TypeError("apiKey takes a text that is not empty");
  const switches = completeSwitches(options.switches);
  const characters = charactersById(options.characters);
  const livekit = options.livekit === undefined ? noLivekit : { ...livekitDevelopmentKey, ...options.livekit };
  const conversations = new Conversations(clock, switches);
  const faults = new Faults();
  const requests: LoggedRequest[] = [];
  const startAnswers = new Map<string, CreateEquosConversationResponse>();
  let lifetime = new AbortController();

  const operations = operationsOn({
    conversations,
    characters,
    switches,
    limits: options.limits ?? {},
    serverUrl: livekit.url,
    signToken: tokenSigner(livekit, clock, options.tokenTtlSeconds ?? 21_600),
    onStarted: (id, answer) => startAnswers.set(id, answer),
  });
  const receive = receptionOf({
    apiKey,
    clock,
    conversations,
    faults,
    operations,
    log: (request) => requests.push(request),
  });
  const server = httpServer((received, clientGone) =>
    receive(received, { emulatorEnded: lifetime.signal, clientGone }),
  );
  const port = await listen(server, options.port ?? 0);

  return new LocalEmulator({
    url: `http://127.0.0.1:${port}`,
    apiKey,
    systemPrompt,
    characters,
    livekit,
    conversations,
    faults,
    requests,
    startAnswers,
    server,
    endWaits() {
      lifetime.abort();
      lifetime = new AbortController();
    },
  });
}
