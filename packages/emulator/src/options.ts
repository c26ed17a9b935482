import type { EquosCharacter } from "@equos-broker/api";
import type { ControlledClock } from "./clock/controlled-clock.js";
import type { EmulatorLimits } from "./conversations/limits.js";
import type { GivenLivekit } from "./conversations/tokens.js";
import type { EmulatorSeed } from "./seed/seed.js";
import type { EmulatorSwitches } from "./switches.js";

/** The key that an emulator accepts unless told otherwise; it opens nothing else. */
export const emulatorApiKey = "sk_emulator_opens_nothing_but_an_emulator";

/** Options of {@link startEmulator}; each has a default. */
export interface EmulatorOptions {
  /** Port on 127.0.0.1; default 0: any free one. */
  readonly port?: number;
  /** Default {@link emulatorApiKey}. */
  readonly apiKey?: string;
  /**
   * Characters by id, each laid over a complete one; default: `cha_emulator_guide` and `cha_emulator_coach`, unless there is a
   * `seed`.
   */
  readonly characters?: Readonly<Record<string, Partial<EquosCharacter>>>;
  /** What it holds from the start, and again after a reset: an object, or the name of a JSON file. */
  readonly seed?: EmulatorSeed | string;
  /** Default: one that runs with the system's. */
  readonly clock?: ControlledClock;
  readonly switches?: Partial<EmulatorSwitches>;
  readonly limits?: EmulatorLimits;
  /** A LiveKit server that runs; key and secret default to those of `livekit-server --dev`. */
  readonly livekit?: GivenLivekit;
  /**
   * Puts a participant with the character's `livekitIdentity` into each room of `livekit`: it shows a picture, has a voice, greets
   * and answers. Needs the package `@livekit/rtc-node`. Default `false`.
   */
  readonly avatar?: boolean;
  /** How long tokens are valid, in seconds; default 21600, LiveKit's own default. Equos publishes no figure. */
  readonly tokenTtlSeconds?: number;
  /** Which requests the faults with a `probability` hit follows from this number; default 1. */
  readonly faultSeed?: number;
}
