import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@equos-broker/emulator";
import { onTestFinished } from "vitest";
import { Maintainer } from "./maintainer.js";
import { type Registry, startRegistry } from "./registry.js";
import { Team } from "./team.js";

/** A registry, somebody who releases into it, and teams that install from it. */
export class Stage {
  readonly registry: Registry;
  readonly maintainer: Maintainer;
  readonly #folder: string;
  readonly #teams = new Map<string, Team>();

  private constructor(folder: string, registry: Registry, maintainer: Maintainer) {
    [this.#folder, this.registry, this.maintainer] = [folder, registry, maintainer];
  }

  static async set(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "equos-broker-publishing-"));
    const registry = await startRegistry(join(folder, "registry"));
    return new Stage(folder, registry, await Maintainer.clone(join(folder, "copy"), registry));
  }

  /** One for each name. */
  team(name: string): Team {
    const team = this.#teams.get(name) ?? new Team(join(this.#folder, name), this.registry);
    this.#teams.set(name, team);
    return team;
  }

  /** The Equos of one test, and the environment that leads to it. */
  async equos(options: Parameters<typeof startEmulator>[0] = {}) {
    const emulator = await startEmulator(options);
    onTestFinished(() => emulator.close());
    const env = {
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_CHARACTER_ID: emulator.characterId,
    };
    return { emulator, env };
  }

  async strike(): Promise<void> {
    await this.registry.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
