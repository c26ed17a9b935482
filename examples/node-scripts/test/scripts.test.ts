import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** Runs a script as its README says, but for the workspace's sources. */
async function run(
  script: string,
  environment: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    ["--conditions=@equos-broker/source", "--import", "tsx", `${folder}${script}`],
    {
      cwd: folder,
      env: { ...process.env, EQUOS_API_KEY: "", EQUOS_ENDPOINT: "", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output };
}

async function emulatorAndItsPlace(
  options?: Parameters<typeof startEmulator>[0],
): Promise<{ emulator: Emulator; at: Record<string, string> }> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  return { emulator, at: { EQUOS_API_KEY: emulator.apiKey, EQUOS_ENDPOINT: emulator.url } };
}

const sizes = ({
  brains = [],
  faces = [],
  voices = [],
  knowledgeBases = [],
  characters = [],
}: ReturnType<Emulator["export"]>) => [brains, faces, voices, knowledgeBases, characters].map((rows) => rows.length);

describe("the scripts", () => {
  it("run all in a row on an emulator of their own", async () => {
    const { code, output } = await run("all.ts");
    expect(output).toContain("an emulator for this run only");
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/character cha_\S+ deleted/) });
  });

  it.each([
    ["as it is", {}],
    [
      "of other habits",
      {
        missing: "404",
        deleteInUse: "detach",
        pendingDocuments: "listed",
        characterBlocks: "whole",
        order: "newest",
      } as const,
    ],
  ])("run twice in a row on an emulator %s, and leave nothing of theirs", async (_, switches) => {
    const { emulator, at } = await emulatorAndItsPlace({ switches });
    const before = sizes(emulator.export());
    for (let round = 0; round < 2; round += 1) {
      expect(await run("all.ts", at)).toMatchObject({ code: 0 });
      emulator.assertNothingRunning();
      expect(sizes(emulator.export())).toEqual(before);
    }
  });

  it("find what is there, and update what has changed", async () => {
    const { emulator, at } = await emulatorAndItsPlace();
    const first = await run("recipes/character.ts", at);
    expect(first.output).toMatch(/brain \S+ created/);
    expect(first.output).toMatch(/face \S+ was there/);
    expect(first.output).toMatch(/opening-hours.md: 0 of (\d+) bytes\nopening-hours.md: \1 of \1 bytes/);
    const made = sizes(emulator.export());
    const again = await run("recipes/character.ts", at);
    expect(again.output).not.toContain("created");
    expect(again.output).toContain("opening-hours.md is there, unchanged");
    expect(sizes(emulator.export())).toEqual(made);
    const document = emulator.export().knowledgeBases?.find(({ client }) => client === "node-scripts")?.documents?.[0];
    expect(Buffer.from(document?.contentBase64 ?? "", "base64").toString()).toContain("Opening hours");
  });

  it("stop their conversation although the look at it fails, and say why they failed", async () => {
    const { emulator, at } = await emulatorAndItsPlace();
    emulator.faults.queue("getConversationById", { status: 500 });
    const { code, output } = await run("recipes/conversation.ts", at);
    expect(code).toBe(1);
    expect(output).toContain("ResponseError");
    expect(emulator.conversations()).toMatchObject([{ endReason: "stopped" }]);
  });
});
