import { startEmulator } from "@equos-broker/emulator";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";

const secret = "a secret that only these tests and the scheduler know";

/** The route of the Next starter, as a server with this environment has it. */
async function call(env: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  vi.resetModules();
  Object.assign(globalThis, { equos: undefined });
  const all = { EQUOS_ENDPOINT: emulator.url, EQUOS_API_KEY: emulator.apiKey, CRON_SECRET: "", REDIS_URL: "", ...env };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  const { GET } = await import("../../../examples/next/app/api/cron/route.js");
  return await GET(new Request("https://shop.example/api/cron", { headers }));
}

afterEach(() => {
  vi.unstubAllEnvs();
});

it("says that nobody can call it while it has no secret", async () => {
  const answer = await call({}, { authorization: "Bearer " });
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("Set CRON_SECRET");
});

it("sees to what is due for whoever has the secret", async () => {
  expect((await call({ CRON_SECRET: secret })).status).toBe(401);
  const answer = await call({ CRON_SECRET: secret }, { authorization: `Bearer ${secret}` });
  expect([answer.status, await answer.json()]).toEqual([200, { swept: true, reconciled: null }]);
});

it("takes settings that are there and empty, as in a copied .env, for none", async () => {
  const answer = await call({
    VISITOR_SECRET: "",
    BROKER_SECRET: "",
    DEPLOYMENT: "",
    REDIS_URL: "redis://127.0.0.1:1",
  });
  expect(answer.status).toBe(503);
});
