import { startEmulator } from "@equos-broker/emulator";
import { expect, it } from "vitest";
import { environmentOf } from "./support/app-on-emulator.js";
import { recordOf } from "./support/build.js";
import { majors } from "./support/majors.js";
import { post } from "./support/post.js";
import { runApp } from "./support/running-app.js";

it.each(majors)("next build needs no secret and warns of nothing, Next %i", (major) => {
  const { environment = [], printed = "" } = recordOf(major) ?? {};
  expect(environment.toSorted()).toEqual(["HOME", "NEXT_TELEMETRY_DISABLED", "NODE_ENV", "PATH"]);
  expect(printed).toMatch(/ƒ \/api\/equos\/\[action\]/);
  expect(printed).not.toMatch(/⚠|\bwarn/i);
});

it.each(majors)("a server without the key says so at the first start, and serves on, Next %i", async (major) => {
  const app = await runApp(major, { env: { EQUOS_CHARACTER_ID: "cha_1" } });
  try {
    for (const _ of [1, 2]) {
      const answer = await post(`${app.origin}/api/equos/start`, "ada");
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([500, { code: "api-key-missing" }]);
    }
    expect(app.printed()).toContain("Set EQUOS_API_KEY");
    expect((await post(`${app.origin}/api/equos/stop`, undefined)).status).toBe(401);
  } finally {
    await app.end();
  }
});

it("keeps no conversations in the memory of a function on Vercel", async () => {
  const emulator = await startEmulator();
  const app = await runApp(16, { env: { ...environmentOf(emulator), VERCEL: "1" } });
  try {
    const answer = await post(`${app.origin}/api/equos/start`, "ada");
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([500, { code: "store-not-shared" }]);
    expect(app.printed()).toContain("redisStore(client)");
    expect(emulator.requests()).toEqual([]);
  } finally {
    await app.end();
    await emulator.close();
  }
});
