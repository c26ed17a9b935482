import { setMaxListeners } from "node:events";
import { controlledClock } from "./clock/controlled-clock.js";
import { takeControl } from "./control/control.js";
import { Conversations } from "./conversations/conversations.js";
import { checkedLimits, type EmulatorLimits } from "./conversations/limits.js";
import { completeLivekit, noLivekit, tokenSigner } from "./conversations/tokens.js";
import type { Emulator } from "./emulator.js";
import { Faults } from "./faults/fault-queue.js";
import { LocalEmulator } from "./local-emulator.js";
import { operationsOn } from "./operations/operations.js";
import { type EmulatorOptions, emulatorApiKey } from "./options.js";
import { plant } from "./seed/plant.js";
import { checkedSeed } from "./seed/seed-file.js";
import { addCharacter } from "./state/add-character.js";
import { Organization } from "./state/organization.js";
import { charactersFrom, organizationId } from "./state/standard-characters.js";
import { completeSwitches } from "./switches.js";
import { receptionOf } from "./wire/reception.js";
import { RequestLog } from "./wire/request-log.js";
import { httpServer, listen } from "./wire/server.js";
import { takeUpload } from "./wire/uploads.js";

/**
 * Starts a local Equos: the API v3 over HTTP, with state, real LiveKit tokens, a bill and faults on demand. Its page is
 * at `emulator.url`.
 *
 * @throws TypeError naming the option that is wrong and what it takes; SeedFileError naming line and field
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
  const clock = options.clock ?? controlledClock();
  const apiKey = options.apiKey ?? emulatorApiKey;
  if (!/^[!-~]+$/.test(apiKey)) throw new TypeError("apiKey takes a text that a header can carry, without spaces");
  const ttlSeconds = options.tokenTtlSeconds ?? 21_600;
  if (!(ttlSeconds > 0 && ttlSeconds <= 1e9)) throw new TypeError("tokenTtlSeconds takes seconds above 0, up to 1e9");
  if (options.avatar && options.livekit === undefined) throw new TypeError("avatar needs livekit: a server with rooms");
  const switches = completeSwitches(options.switches);
  const firstLimits = checkedLimits(options.limits ?? {});
  let limits: EmulatorLimits = firstLimits;
  const seed = options.seed === undefined ? undefined : checkedSeed(options.seed);
  const characters = seed !== undefined && options.characters === undefined ? [] : charactersFrom(options.characters);
  const livekit = options.livekit === undefined ? noLivekit : completeLivekit(options.livekit);
  const organization = new Organization(organizationId, clock, switches);
  const conversations = new Conversations(clock, switches);
  const faults = new Faults(options.faultSeed ?? 1);
  const requests = new RequestLog(apiKey);
  const signToken = tokenSigner(livekit, clock, ttlSeconds);
  let lifetime = newLifetime();

  const replant = () => {
    limits = firstLimits;
    for (const character of characters) addCharacter(organization, character);
    if (seed !== undefined) plant(seed, organization, conversations, livekit.url);
  };
  replant();

  const operations = operationsOn({
    organization,
    conversations,
    switches,
    limits: () => limits,
    serverUrl: livekit.url,
    signToken,
  });
  const receive = receptionOf({ apiKey, clock, switches, conversations, faults, operations, log: requests });
  const server = httpServer({
    switches,
    receive: (received, clientGone) => receive(received, { emulatorEnded: lifetime.signal, clientGone }),
    besides: (request, response) =>
      takeUpload(organization, request, response) || takeControl(emulator, parts, request, response),
  });
  const avatars = options.avatar
    ? (await import("./avatar/avatars.js")).avatarsIn(conversations, { clock, livekit, signToken })
    : undefined;
  const port = await listen(server, options.port ?? 0);
  const parts = {
    url: `http://127.0.0.1:${port}`,
    apiKey,
    clock,
    organization,
    livekit,
    conversations,
    faults,
    requests,
    server,
    limit(next: EmulatorLimits) {
      limits = checkedLimits(next);
    },
    endWaits() {
      lifetime.abort();
      lifetime = newLifetime();
    },
    replant,
    leaveRooms: async () => avatars?.leaveAll(),
  };
  const emulator = new LocalEmulator(parts);
  return emulator;
}

/** Every request that a fault holds listens for its end: there may be any number of them. */
function newLifetime(): AbortController {
  const lifetime = new AbortController();
  setMaxListeners(0, lifetime.signal);
  return lifetime;
}
