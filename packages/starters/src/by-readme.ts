import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { progress } from "../../../scripts/progress.js";
import { call } from "../../conformance/src/client.js";
import { freePort } from "./free-port.js";
import { running } from "./running.js";
import type { World } from "./world.js";

/** The first thing that somebody who copied the folder does. */
export function byReadme(world: () => World): void {
  it("runs in two commands, with and without a LiveKit server, and ends in order", async () => {
    const readme = readFileSync(`${world().folder}/README.md`, "utf8");
    expect(/```sh\n([^`]+)```/.exec(readme)?.[1]).toBe("npm install\nnpm run demo\n");
    const { url: LIVEKIT_URL, apiKey: LIVEKIT_API_KEY, apiSecret: LIVEKIT_API_SECRET } = world().livekit;
    for (const room of [{}, { LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET }]) {
      const demo = await running(world().folder, "demo", await freePort(), room);
      await vi.waitFor(() => expect(demo.printed()).toContain(`demo ready ${demo.url}`), { timeout: 10_000 });
      const hasRoom = "LIVEKIT_URL" in room;
      expect(demo.printed().includes("No LiveKit server, so no picture, voice and answers")).toBe(!hasRoom);
      // As a site whose DNS leads here, so that its page is of the demo's own origin: no cookie, and so no payload.
      const stranger = { host: "evil.example", origin: "http://evil.example", "content-type": "application/json" };
      for (const action of ["start", "token"]) {
        const { status } = await call(`${demo.url}/api/equos/${action}`, { headers: stranger, body: "{}" });
        expect([401, 403]).toContain(status);
      }
      const refused = await call(demo.url, { method: "GET", headers: stranger });
      expect([refused.status, refused.headers["set-cookie"]]).toEqual([403, undefined]);
      const { page } = await world().visitor({}, demo.url);
      await page.talk();
      await page.say("Are you there?");
      const answer = hasRoom ? "You said: Are you there?" : "Nobody can hear you";
      await vi.waitFor(async () => expect(await page.text("#lines")).toContain(answer), { timeout: 20_000 });
      await page.hangUp();
      expect(await demo.end("SIGTERM")).toBe(0);
    }
  });

  it("does not start with a setting that is missing or wrong, and says which", async () => {
    const startedWith = async (env: Readonly<Record<string, string>>) =>
      await running(world().folder, "start", await freePort(), env);
    const missing = await startedWith({}).catch(String);
    for (const name of ["EQUOS_API_KEY", "EQUOS_CHARACTER_GUIDE", "EQUOS_CHARACTER_COACH", "VISITOR_SECRET"]) {
      expect(missing).toMatch(new RegExp(`ended with 1:\\n.*  ${name}  `, "s"));
    }
    await expect(startedWith({ ...world().settings, VISITOR_SECRET: "short" })).rejects.toThrow(
      /ended with 1:\n.*"secret" must be at least 32 characters/s,
    );
    const shared = { REDIS_URL: "redis://127.0.0.1:1", DEPLOYMENT: "shop-test" };
    await expect(startedWith({ ...world().settings, ...shared })).rejects.toThrow(
      /ended with 1:\n.*\n {2}BROKER_SECRET {2}/s,
    );
  });

  it("type-checks with what was installed", async () => {
    await progress(`types of examples/${world().name}`, "npm", ["run", "--silent", "typecheck"], world().folder);
  });

  it("says in .env.example and README what the environment may hold", () => {
    const [example, readme] = [".env.example", "README.md"].map((file) =>
      readFileSync(`${world().folder}/${file}`, "utf8"),
    );
    const settings = readFileSync(`${world().folder}/${world().name === "next" ? "lib/" : ""}settings.ts`, "utf8");
    const names = [...settings.matchAll(/\benv\.([A-Z][A-Z_]+)|^ {2}([A-Z][A-Z_]+):/gm)].map(
      ([, one, other]) => one ?? other,
    );
    expect(names.length).toBeGreaterThan(5);
    for (const name of [...names, "EQUOS_CHARACTER_GUIDE", "EQUOS_CHARACTER_COACH"]) {
      expect(example).toContain(`${name}=`);
      expect(readme).toContain(`\`${name}\``);
    }
  });
}
