import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { startEmulator } from "@equos-broker/emulator";
import { expect, it } from "vitest";
import { environmentOf } from "./support/app-on-emulator.js";
import { hostFolder, projectFolder } from "./support/majors.js";
import { post } from "./support/post.js";
import { type RunningApp, runApp } from "./support/running-app.js";

/** How often the broker's module is changed, each time with a conversation that runs on. */
const RELOADS = 8;

it("next dev: a broker that was reloaded leaves no timer behind", { timeout: 120_000 }, async () => {
  const emulator = await startEmulator();
  // A copy, for next dev writes into it, and the module is changed.
  const folder = `${hostFolder(16)}work-dev/`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(projectFolder(16), folder, { recursive: true, filter: (source) => !/\.next$/.test(source) });
  const module = `${folder}lib/broker.ts`;
  const source = readFileSync(module, "utf8");
  const app = await runApp(16, { command: "dev", folder, env: { ...environmentOf(emulator), COUNT_TIMERS: "1" } });
  try {
    let users = 0;
    const nameOfStart = async () => {
      users += 1;
      const answer = await post(`${app.origin}/api/equos/start`, `user-${users}`);
      expect(answer.status).toBe(201);
      return JSON.stringify(emulator.requests().at(-1)?.body);
    };
    for (let version = 1; version <= RELOADS; version += 1) {
      const name = `Version ${version}`;
      writeFileSync(module, source.replace("user.displayName", JSON.stringify(name)));
      while (!(await nameOfStart()).includes(name));
    }
    expect(emulator.conversations().every(({ status }) => status === "running")).toBe(true);
    expect(await mostTimers(app)).toBe(1);
  } finally {
    await app.end();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The most timers of a sweep that are set at any moment of two seconds: one of them fires and is set anew meanwhile. */
async function mostTimers(app: RunningApp): Promise<number> {
  const until = Date.now() + 2_000;
  let most = 0;
  while (Date.now() < until) {
    const response = await fetch(`${app.origin}/trials/timers`);
    // As the app's own route answers.
    const counts = (await response.json()) as Record<string, number>;
    most = Math.max(most, (counts[1_000] ?? 0) + (counts[5_000] ?? 0));
  }
  return most;
}
