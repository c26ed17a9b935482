import { adapters } from "./adapters.js";
import { api } from "./api.js";
import { attempts } from "./attempts.js";
import { due } from "./due.js";
import { emulator } from "./emulator.js";
import { emulatorMemory } from "./emulator-memory.js";
import { imports } from "./imports.js";
import { loop } from "./loop.js";
import { memory } from "./memory.js";
import { redisMemory } from "./redis-memory.js";
import { resumes } from "./resumes.js";
import { roundTrips } from "./round-trips.js";
import type { Section } from "./section.js";
import { servers } from "./servers.js";
import { sizes } from "./sizes.js";
import { starts } from "./starts.js";
import { strangers } from "./strangers.js";

/** In the order in which they are measured and printed. */
export const sections: readonly Section[] = [
  servers,
  imports,
  sizes,
  memory,
  due,
  starts,
  loop,
  roundTrips,
  redisMemory,
  resumes,
  attempts,
  strangers,
  adapters,
  api,
  emulator,
  emulatorMemory,
];
