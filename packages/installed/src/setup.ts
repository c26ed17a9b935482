import type { TestProject } from "vitest/node";
import { tarballs } from "../../../scripts/tarballs.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The packed file of each published package, by its name. */
    tarballs: Readonly<Record<string, string>>;
  }
}

/** Vitest's global setup: everything here is about what a team gets from the registry, so that is packed first. */
export default async function setup({ provide }: TestProject): Promise<void> {
  provide("tarballs", Object.fromEntries(await tarballs()));
}
