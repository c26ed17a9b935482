import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { call, expectGrant, json } from "@equos-broker/conformance";
import { startEmulator } from "@equos-broker/emulator";
import { beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { wrongExports } from "../../../../scripts/exports-map.js";
import { install } from "../../src/install.js";
import { node } from "../run.js";

const published = Object.keys(inject("tarballs"));

describe.each(["npm", "pnpm"] as const)("installed with %s", (manager) => {
  let folder = "";
  beforeAll(async () => {
    folder = await install({
      name: `loads-${manager}`,
      manager,
      ours: published,
      dependencies: { express: "5.3.0", fastify: "5.12.8" },
      // pnpm hides what the project does not list itself.
      template: new URL("../../consumers/loads/", import.meta.url).pathname,
    });
  });

  it.each(published)("%s loads as ESM and as CommonJS, with the same names", async (name) => {
    expect(await node(["names.cjs", name], folder)).toEqual({ code: 0, printed: "" });
  });

  it.each(published)("%s says for each condition where its types are", (name) => {
    const unpacked = `${folder}/node_modules/${name}`;
    const manifest = JSON.parse(readFileSync(`${unpacked}/package.json`, "utf8"));
    // The sources' own condition is the workspace's, and packed for source maps only.
    const { "@equos-broker/source": _, ...conditions } = manifest.exports["."];
    expect(wrongExports({ exports: conditions }, unpacked)).toEqual([]);
  });

  it("an error of the one copy is known to the other", async () => {
    expect(await node(["brands.cjs"], folder)).toEqual({ code: 0, printed: "" });
  });

  it.each(["express.cjs", "fastify.mjs"])("%s starts and stops a conversation, and prints no secret", async (file) => {
    const emulator = await startEmulator();
    const { PATH } = process.env;
    const equos = { EQUOS_ENDPOINT: emulator.url, EQUOS_API_KEY: emulator.apiKey };
    const env = { PATH, ...equos, EQUOS_CHARACTER_ID: emulator.characterId };
    const server = spawn(process.execPath, [file], { cwd: folder, env });
    onTestFinished(async () => {
      server.kill("SIGKILL");
      await emulator.close();
    });
    let printed = "";
    const port = await new Promise<string>((resolve, reject) => {
      for (const stream of [server.stdout, server.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          printed += text;
          const listening = /listening on (\d+);/.exec(printed)?.[1];
          if (listening !== undefined) resolve(listening);
        });
      }
      server.once("exit", () => reject(new Error(printed)));
    });
    const headers = { ...json({}).headers, "x-user": "ada" };
    const mount = `http://127.0.0.1:${port}/api/equos`;
    const grant = expectGrant(await call(`${mount}/start`, { ...json({}), headers }), 201);
    const stopped = await call(`${mount}/stop`, { ...json({ id: grant.conversation.id }), headers });
    expect(JSON.parse(stopped.text)).toMatchObject({ conversation: { status: "ended" } });
    expect(emulator.conversations().map(({ status }) => status)).toEqual(["ended"]);
    for (const secret of [emulator.apiKey, grant.consumerAccessToken]) expect(printed).not.toContain(secret);
  });
});

describe("a team's own validator as `input`", () => {
  it.each([
    ["zod", "3.25.76"],
    ["zod", "4.0.17"],
    ["valibot", "1.5.0"],
  ])("%s %s", async (validator, version) => {
    const folder = await install({
      name: `input-${validator}-${version}`,
      ours: ["@equos-broker/core"],
      dependencies: { [validator]: version },
      template: new URL("../../consumers/input/", import.meta.url).pathname,
    });
    const emulator = await startEmulator();
    onTestFinished(() => emulator.close());
    writeFileSync(`${folder}/schema.mjs`, `export { input } from "./${validator}.mjs";\n`);
    const equos = { EQUOS_ENDPOINT: emulator.url, EQUOS_API_KEY: emulator.apiKey };
    const tried = await node(["try.mjs"], folder, { ...equos, EQUOS_CHARACTER_ID: emulator.characterId });
    expect(tried.printed).toContain('["400 invalid-input","400 invalid-input","201 started"]');
    const starts = emulator.requests().filter(({ operation }) => operation === "startConversation");
    expect([tried.code, starts.length]).toEqual([0, 1]);
    // With the validator's default filled in, and one added.
    expect(JSON.stringify(starts[0]?.body)).toContain("shoes 2");
  });
});
