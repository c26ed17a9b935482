import { type Emulator, startEmulator } from "@equos-broker/emulator";
import { afterAll, beforeAll } from "vitest";
import type { Major } from "./majors.js";
import { type RunningApp, type RunOptions, runApp } from "./running-app.js";

/** What the app of a team would have in its environment. */
export const environmentOf = ({ url, apiKey, characterId }: Emulator) => ({
  EQUOS_ENDPOINT: url,
  EQUOS_API_KEY: apiKey,
  EQUOS_CHARACTER_ID: characterId,
});

/** Runs the app on an emulator for all tests of a `describe`. */
export function appOnEmulator(major: Major, options: RunOptions = {}) {
  let opened: { readonly emulator: Emulator; readonly app: RunningApp } | undefined;
  beforeAll(async () => {
    const emulator = await startEmulator();
    const env = { ...environmentOf(emulator), ...options.env };
    opened = { emulator, app: await runApp(major, { ...options, env }) };
  });
  afterAll(async () => {
    await opened?.app.end();
    await opened?.emulator.close();
  });
  return () => {
    if (opened === undefined) throw new Error("The app does not run yet");
    return opened;
  };
}
