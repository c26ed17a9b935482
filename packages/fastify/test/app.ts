import { Stage } from "@equos-broker/conformance";
import type { FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import { fastifyApp, fastifyHost, listen } from "./hosts.js";

/** The stage of the conformance suite, with an app that a test has changed. Closed when the test is over. */
export async function stageWith(
  more: (app: FastifyInstance) => void,
  settings: Parameters<typeof Stage.open>[1] = {},
  options: Parameters<typeof Stage.open>[2] = {},
): Promise<Stage> {
  const stage = await Stage.open(
    { ...fastifyHost, listen: async (broker) => await listen(fastifyApp(broker, more)) },
    settings,
    options,
  );
  onTestFinished(async () => await stage.close());
  return stage;
}

export const runningOn = (stage: Stage): number =>
  stage.emulator.conversations().filter(({ status }) => status === "running").length;

export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
