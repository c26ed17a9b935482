import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** Runs the task while no other process runs one under the same file; waits for its end, or for its death. */
export async function alone<T>(file: string, task: () => Promise<T>): Promise<T> {
  let said = false;
  while (!taken(file)) {
    const holder = Number(read(file));
    if (!lives(holder)) rmSync(file, { force: true });
    else if (!said) console.log(`● another process (${holder}) is building, waiting for it`);
    said = true;
    await setTimeout(300);
  }
  try {
    return await task();
  } finally {
    rmSync(file, { force: true });
  }
}

function taken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function lives(pid: number): boolean {
  // Nothing written yet: whoever made it is about to.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
