import type { Emulator } from "@equos-broker/emulator";
import { expect } from "vitest";

/** What a team sees that tries its server with curl: a conversation, safe to hand on, and its end. */
export async function talkTo(url: string, emulator: Emulator, headers: Readonly<Record<string, string>> = {}) {
  const post = (action: string) =>
    fetch(`${url}/api/equos/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    });
  const started = await post("start");
  const text = await started.text();
  expect([started.status, text]).toEqual([201, expect.stringContaining("consumerAccessToken")]);
  expect(JSON.parse(text)).toEqual({
    conversation: {
      id: expect.any(String),
      status: "running",
      serverUrl: expect.stringMatching(/^wss?:/),
      maxSeconds: 600,
      startedAt: expect.any(String),
      character: { name: expect.any(String), livekitIdentity: expect.any(String) },
    },
    consumerAccessToken: expect.any(String),
  });
  for (const secret of emulator.secretTexts) expect(text).not.toContain(secret);
  expect(emulator.conversations()).toMatchObject([{ status: "running" }]);
  const stopped = await post("stop");
  expect([stopped.status, await stopped.json()]).toMatchObject([200, { conversation: { status: "ended" } }]);
  emulator.assertNothingRunning();
}
