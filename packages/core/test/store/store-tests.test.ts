import { manualClock } from "@equos-broker/emulator";
import { describe, it } from "vitest";
import { testStore } from "../../../store-tests/src/index.js";
import { memoryStore } from "../../src/store/memory-store.js";

const createSetup = () => {
  const clock = manualClock();
  return { store: memoryStore({ clock }), advance: (ms: number) => clock.advance(ms) };
};

// Without `it.skip`: CI fails on a skipped test, and the other features do not apply to one process.
testStore({ describe, it: (name, test) => it(name, test) }, createSetup, { features: [] });
